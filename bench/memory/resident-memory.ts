import { readFile, readlink } from "node:fs/promises";
import { basename } from "node:path";
import type { Exec } from "@icos/system";
import { sshCommand } from "@icos/testnet";
import { findProcesses } from "../../packages/testnet/src/process/leftovers.ts";
import type { ScratchTestnet } from "../lib/scratch-testnet.ts";

export interface ProcessMemory {
  /** The program that Node runs: `orchestrator`, `nns`. */
  readonly program: string;
  /** Resident set, bytes. */
  readonly bytes: number;
}

/** Every Node process inside a node, read over SSH. */
export async function guestMemory(
  testnet: ScratchTestnet,
  node: string,
  exec: Exec,
  signal: AbortSignal,
): Promise<readonly ProcessMemory[]> {
  const list = ["ps", "-ewwo", "rss=,args="];
  const { stdout } = await exec.run(
    await sshCommand(testnet.directories, testnet.topology, { user: "admin", node }, list),
    { signal },
  );
  return parseProcesses(stdout.toString());
}

/** Lines of resident kilobytes and command line, as `ps` prints them; only Node's are kept. */
export function parseProcesses(text: string): readonly ProcessMemory[] {
  return text.split("\n").flatMap((line) => {
    const [kilobytes, ...command] = line.trim().split(/ +/);
    const program = nodeProgram(command);
    return program === undefined ? [] : [{ program, bytes: Number(kilobytes) * 1_024 }];
  });
}

/** Every Node process that a testnet has on this machine. */
export async function hostMemory(testnet: ScratchTestnet): Promise<readonly ProcessMemory[]> {
  const found: ProcessMemory[] = [];
  for (const { pid } of await findProcesses(testnet.directories)) {
    const read = (file: string): Promise<string> => readFile(`/proc/${pid}/${file}`, "latin1").catch(() => "");
    const executable = await readlink(`/proc/${pid}/exe`).catch(() => "");
    const program = basename(executable) === "node" ? nodeProgram((await read("cmdline")).split("\0")) : undefined;
    const bytes = rssBytes(await read("status"));
    if (program !== undefined && bytes !== undefined) found.push({ program, bytes });
  }
  return found;
}

/** The name of the first script on a command line of Node. */
function nodeProgram([executable = "", ...args]: readonly string[]): string | undefined {
  if (basename(executable) !== "node") return undefined;
  const script = args.find((arg) => /\.m?[jt]s$/.test(arg));
  return script === undefined ? undefined : basename(script).replace(/\.m?[jt]s$/, "");
}

function rssBytes(status: string): number | undefined {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1_024;
}
