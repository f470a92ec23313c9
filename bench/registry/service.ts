import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { IcosError, parseJson } from "@icos/system";
import * as v from "valibot";

const PROGRAM = fileURLToPath(new URL("../../packages/nns/src/programs/nns.ts", import.meta.url));
const Ready = v.object({ ready: v.literal(true), rootKey: v.string(), url: v.string() });
/** Clock ticks a second of `/proc/PID/stat` (USER_HZ). */
const TICKS = 100;

/** The registry as a process of its own, as a testnet runs it. */
export interface RegistryService extends AsyncDisposable {
  readonly url: string;
  readonly rootKey: Uint8Array;
  /** From the start of the process until it serves, in seconds. */
  readonly startSeconds: number;
  /** Processor time it has used so far, in milliseconds. */
  processorTime(): Promise<number>;
  /** Resident memory, in MB. */
  resident(): Promise<number>;
}

export async function startService(directory: string): Promise<RegistryService> {
  const start = performance.now();
  const options = ["--disable-warning=ExperimentalWarning", PROGRAM, "--dir", directory];
  const child = spawn(process.execPath, [...options, "--listen-host", "127.0.0.1", "--listen-port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const { url, rootKey } = await readyLine(child);
  const startSeconds = (performance.now() - start) / 1_000;
  return {
    url,
    rootKey: Buffer.from(rootKey, "hex"),
    startSeconds,
    async processorTime() {
      const fields = (await readFile(`/proc/${child.pid}/stat`, "utf8")).split(") ")[1]?.split(" ") ?? [];
      return ((Number(fields[11]) + Number(fields[12])) / TICKS) * 1_000;
    },
    async resident() {
      const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${child.pid}/status`, "utf8"))?.[1];
      return (Number(kilobytes) * 1_024) / 1e6;
    },
    async [Symbol.asyncDispose]() {
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
    },
  };
}

async function readyLine(child: ChildProcess): Promise<v.InferOutput<typeof Ready>> {
  if (!child.stdout) throw new IcosError("bench-registry-silent", "The registry's output cannot be read.");
  for await (const line of createInterface({ input: child.stdout })) {
    return parseJson(Ready, line, { code: "bench-registry-silent", name: "The registry's first line" });
  }
  throw new IcosError("bench-registry-silent", "The registry ended before it served.");
}
