import * as v from "valibot";
import { buildOs, openToolsTree } from "@icos/image";
import { parseJson } from "@icos/system";
import { type Bench, type Measurement, measurement } from "../packages/cli/src/bench/bench.ts";
import { runIcos } from "./lib/icos-command.ts";
import { scratchEnvironment } from "./lib/scratch-testnet.ts";

const SIZES = [1, 2, 4];
const status = v.object({ accelerator: v.picklist(["kvm", "tcg"]) });

/** The commands that a person runs, with the image in the cache. */
export const bench: Bench = {
  name: "bring-up",
  what: "`icos testnet up` until every node is healthy and in a subnet, and `icos testnet down`; the image is built already.",
  limitMinutes: 60,
  async run(context) {
    const { repository, signal, report, ranOn } = context;
    const env = scratchEnvironment(context);
    report("tools and image");
    await openToolsTree({ signal });
    await buildOs("guestos", { variant: "dev", signal });
    const measurements: Measurement[] = [];
    for (const nodes of SIZES) {
      const name = `bench-${nodes}`;
      const said = (what: string) => (line: string) => report(`${what} ${nodes}: ${line.trim()}`);
      const testnet = (args: readonly string[], onLine: (line: string) => void) =>
        runIcos({ repository, args: ["testnet", ...args, "--json", "--yes"], env, signal, onLine });
      let seconds: number;
      try {
        const up = await testnet(["up", name, "--nodes", String(nodes)], said("up"));
        ranOn(parseJson(status, up.stdout, { code: "testnet-status", name: "The testnet's status" }).accelerator);
        ({ seconds } = up);
      } catch (error) {
        // What failed is kept for its logs; here nobody would read them. There may be nothing left to remove.
        const args = ["testnet", "down", name, "--yes"];
        await runIcos({ repository, args, env, signal: AbortSignal.timeout(120_000) }).catch(() => undefined);
        throw error;
      }
      const down = await testnet(["down", name], said("down"));
      const what = nodes === 1 ? "1 node" : `${nodes} nodes`;
      measurements.push(
        measurement({ name: `up, ${what}`, unit: "s", samples: [seconds] }),
        measurement({ name: `down, ${what}`, unit: "s", samples: [down.seconds] }),
      );
    }
    return measurements;
  },
};
