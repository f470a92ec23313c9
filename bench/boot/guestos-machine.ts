import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { kernelCommandLine, parseBootArgs } from "@icos/slots";
import { IcosError } from "@icos/system";
import type { NodePlan, TestnetStatus } from "@icos/testnet";
import { consoleMoment } from "../lib/console-moment.ts";
import type { ScratchTestnet } from "../lib/scratch-testnet.ts";

/** The node of a testnet, as something that boots. */
export interface GuestosMachine {
  /** Brings the testnet up: the node's disks are made in this boot. */
  firstBoot(): Promise<{ readonly seconds: number; readonly status: TestnetStatus }>;
  /** Boots, waits for the orchestrator, shuts down in order; seconds from QEMU's start. */
  readonly boot: () => Promise<number>;
  stop(): Promise<void>;
  /** What GuestOS is booted with that has to do with the machine, not with its disks or with what it consists of. */
  kernelArguments(): Promise<readonly string[]>;
}

const READY = "orchestrator ready";
const LIMIT_SECONDS = 600;
/** `lsm`: a plain Debian has Debian's choice of security modules. */
const OF_THE_SYSTEM = /^(?:root|root_hash|dfinity\.system|lsm)=/;

/** A line of the supervisor's log that says when it started QEMU. */
const started = v.object({
  message: v.literal("machine"),
  node: v.string(),
  state: v.object({ kind: v.literal("running"), since: v.number() }),
});

export function createGuestosMachine(testnet: ScratchTestnet, node: NodePlan, signal: AbortSignal): GuestosMachine {
  const ready = (from: "start" | "end"): Promise<number> => {
    const moment = consoleMoment({ log: node.consoleLog, text: READY, from, limitSeconds: LIMIT_SECONDS, signal });
    moment.catch(() => undefined); // awaited later
    return moment;
  };
  const secondsUntil = async (moment: number): Promise<number> =>
    (moment - (await lastStart(testnet.directories.supervisorLog, node.name))) / 1_000;
  return {
    async firstBoot() {
      const moment = ready("start");
      const status = await testnet.up();
      return { seconds: await secondsUntil(await moment), status };
    },
    async boot() {
      const moment = ready("end");
      await testnet.power(node.name, "start");
      const seconds = await secondsUntil(await moment);
      await testnet.power(node.name, "stop");
      return seconds;
    },
    stop: () => testnet.power(node.name, "stop"),
    async kernelArguments() {
      const text = await readFile(join(node.directory, "boot/boot_args"), "utf8");
      const words = kernelCommandLine(parseBootArgs(text), "A").split(" ");
      return words.filter((word) => !OF_THE_SYSTEM.test(word));
    },
  };
}

/** When the node's QEMU was last started, milliseconds since the epoch. */
export async function lastStart(supervisorLog: string, node: string): Promise<number> {
  const lines = (await readFile(supervisorLog, "utf8")).split("\n");
  for (const line of lines.reverse()) {
    if (!line.startsWith("{")) continue;
    const entry = v.safeParse(v.pipe(v.string(), v.parseJson(), started), line);
    if (entry.success && entry.output.node === node) return entry.output.state.since;
  }
  throw new IcosError("no-machine-start", `The supervisor's log tells of no start of ${node}.`);
}
