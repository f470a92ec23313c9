import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createVirtualSwitch } from "@icos/vm";
import { type Bench, type Measurement, measurement } from "../packages/cli/src/bench/bench.ts";
import { createCopier } from "./switch/copier.ts";
import { frameBetween } from "./switch/frame.ts";
import { passInProcess } from "./switch/in-process.ts";
import { measureTraffic } from "./switch/traffic.ts";
import { inTurns, ROUNDS } from "./lib/spread.ts";

const SECONDS = 2;
const SIZES = [
  { name: "full frames (1514 bytes)", bytes: 1_514 },
  { name: "small frames (64 bytes)", bytes: 64 },
];
const PEER = "unix-socket copy of the same bytes";

/**
 * Frames through the switch against the same bytes through a process that only copies from socket to socket. The two
 * machines are a thread of their own that keeps a window of frames on the way, as a transport protocol does.
 */
export const bench: Bench = {
  name: "switch",
  what: "Ethernet frames through the virtual switch between two ports.",
  limitMinutes: 5,
  async run({ report, signal }) {
    const directory = await mkdtemp(join(tmpdir(), "icos-bench-"));
    const network = createVirtualSwitch({ seed: "bench" });
    const copier = createCopier();
    const paths = { left: join(directory, "left"), right: join(directory, "right") };
    const copied = { left: join(directory, "copy-left"), right: join(directory, "copy-right") };
    try {
      await network.listenPort("left", paths.left);
      await network.listenPort("right", paths.right);
      await copier.listen(copied);
      const measurements: Measurement[] = [];
      for (const { name, bytes } of SIZES) {
        const through = (sockets: typeof paths) => async (): Promise<number> => {
          signal.throwIfAborted();
          return measureTraffic({ ...sockets, bytes, seconds: SECONDS });
        };
        report(name);
        const { one, other } = await inTurns(ROUNDS, through(paths), through(copied));
        const peer = { name: PEER, samples: other };
        measurements.push(measurement({ name: `unix-socket ports, ${name}`, unit: "frames/s", samples: one, peer }));
      }
      const inProcess = Array.from({ length: ROUNDS }, () => passInProcess(network, frameBetween(1_514), SECONDS));
      return [
        ...measurements,
        measurement({ name: "ports in the process, full frames (1514 bytes)", unit: "frames/s", samples: inProcess }),
      ];
    } finally {
      await network.close();
      await copier.close();
      await rm(directory, { recursive: true, force: true });
    }
  },
};
