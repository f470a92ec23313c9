import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { buildOs, openToolsTree } from "@icos/image";
import { silentLogger, systemClock, type SpawnCommand } from "@icos/system";
import { createVmRunner, type MachineDefinition, type PreparedMachine } from "@icos/vm";
import { type Bench, measurement } from "../packages/cli/src/bench/bench.ts";
import type { GuestVmRole } from "../packages/hostos/src/guest-vm/identity.ts";
import { createPlaces, type GuestVmPlaces } from "../packages/hostos/src/guest-vm/places.ts";
import { prepareStart } from "../packages/hostos/src/guest-vm/prepare-start.ts";
import { inTurns } from "./lib/spread.ts";

const ROUNDS = 5;
const GUEST: GuestVmRole = { type: "default", slot: 0 };

/** A development host whose guest is emulated and has 1 GiB. */
const HOST = {
  config_version: "1.17.0",
  network_settings: {
    ipv6_config: { Deterministic: { prefix: "2001:db8:1:2", prefix_length: 64, gateway: "2001:db8:1:2::1" } },
  },
  icos_settings: { mgmt_mac: "00:11:22:33:44:55", deployment_environment: "testnet", nns_urls: [] },
  hostos_settings: { hostos_dev_settings: { vm_memory: 5, vm_cpu: "qemu", vm_nr_of_vcpus: 2 } },
};

/** What HostOS's runner adds to a start of a guest's machine. */
export const bench: Bench = {
  name: "guest-vm",
  what: "From the start of HostOS's runner of the guest to the guest's first instruction, against QEMU alone.",
  limitMinutes: 20,
  async run({ directory, signal, report, ranOn }) {
    report("building the image");
    const { exec, wrap } = await openToolsTree({ signal });
    const build = await buildOs("guestos", { variant: "dev", signal });
    ranOn("tcg");
    const places = await makeHost(directory);
    for (const [name, path] of [
      ["CODE", places.firmware.code],
      ["VARS", places.firmware.variables],
    ] as const) {
      await exec.run(["cp", `/usr/share/OVMF/OVMF_${name}_4M.fd`, path], { signal });
    }
    await exec.run(["cp", "--sparse=always", build.diskImage.path, places.disk], { signal });
    const modules = {
      exec,
      clock: systemClock,
      logger: silentLogger,
      sevCertificates: () => Promise.reject(new Error("the guest is not confidential")),
    };
    const prepare = async (): Promise<PreparedMachine> => {
      const prepared = await prepareStart({ role: GUEST, places, credentials: undefined }, modules, signal);
      const definition = { ...prepared.definition, networkCards: [], devices: {} };
      return { definition, commit: () => prepared.commit() };
    };
    report("starting machines in turns");
    const ours = (): Promise<number> => start(prepare, wrap);
    // What the other way prepares is not measured; QEMU gets the same files and options.
    const alone = async (): Promise<number> => {
      const { definition } = await prepare();
      return start(() => Promise.resolve(definition), wrap);
    };
    const { one, other } = await inTurns(ROUNDS, ours, alone);
    return [
      measurement({
        name: "start to first instruction",
        unit: "s",
        samples: one,
        peer: { name: "QEMU alone", samples: other },
      }),
    ];
  },
};

/** Seconds until the guest runs; it is switched off at once. */
async function start(prepare: () => Promise<MachineDefinition | PreparedMachine>, wrap: SpawnCommand): Promise<number> {
  const runner = createVmRunner({ name: "bench", prepare }, { wrap });
  const begin = performance.now();
  await runner.start();
  const seconds = (performance.now() - begin) / 1_000;
  await runner.kill();
  return seconds;
}

/** A host's files below a directory, but for its firmware and its guest's disk. */
async function makeHost(directory: string): Promise<GuestVmPlaces> {
  const places = createPlaces(GUEST, directory);
  for (const path of [places.disk, places.hostConfig, places.firmware.code, join(places.share, "variant")]) {
    await mkdir(dirname(path), { recursive: true });
  }
  for (const name of ["guest0", "br6"]) await mkdir(join(places.sys, "class/net", name), { recursive: true });
  await writeFile(places.hostConfig, JSON.stringify(HOST));
  await writeFile(join(places.share, "variant"), "dev\n");
  return { ...places, proc: "/proc" };
}
