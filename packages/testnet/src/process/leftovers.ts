import { readFile, readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { IcosError, readFileIfExists } from "@icos/system";
import { identifyProcess, isAlive, type ProcessIdentity } from "./process-identity.ts";

/** Every process of a testnet carries this variable with the testnet's run directory, whatever started it. */
export const RUN_VARIABLE = "ICOS_TESTNET_RUN";

export interface FoundProcess extends ProcessIdentity {
  readonly command: string;
}

/** What is still there of a testnet: nothing may be left after `down`. */
export interface Leftovers {
  readonly processes: readonly FoundProcess[];
  readonly mounts: readonly string[];
  readonly sockets: readonly string[];
}

/** What processes of a testnet can be told by: directories that nothing else uses. */
export interface TestnetPlaces {
  readonly state: string;
  readonly run: string;
}

/**
 * Finds the processes of a testnet: by their environment, and programs that are started with a clean one (the network
 * services, the NNS) or cannot be read by what their command line names.
 */
export async function findProcesses(places: TestnetPlaces): Promise<FoundProcess[]> {
  const found: FoundProcess[] = [];
  for (const entry of await readdir("/proc")) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const command = (await readProc(pid, "cmdline"))?.split("\0").filter(Boolean) ?? [];
    if (command.length === 0) continue;
    const environment = await readProc(pid, "environ");
    const ours = environment?.split("\0").includes(`${RUN_VARIABLE}=${places.run}`) || isCommandOf(command, places);
    const identity = ours ? await identifyProcess(pid) : undefined;
    if (identity) found.push({ ...identity, command: command.slice(0, 4).join(" ") });
  }
  return found;
}

/** An editor or a pager that shows a log of the testnet is not one of its processes. */
function isCommandOf([program = "", ...args]: readonly string[], { state, run }: TestnetPlaces): boolean {
  const name = basename(program);
  if (!["node", "qemu-system-x86_64", basename(process.execPath)].includes(name)) return false;
  return args.some((part) => part.includes(`${run}/`) || part === join(state, "nns"));
}

async function readProc(pid: number, file: string): Promise<string | undefined> {
  try {
    return await readFile(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return undefined; // it ended meanwhile, or belongs to somebody else
  }
}

/** Ends the processes at once and waits until they are gone (`process-does-not-end` otherwise). */
export async function killProcesses(processes: readonly ProcessIdentity[], withinMs = 10_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  let alive = processes;
  while (alive.length > 0) {
    const still: ProcessIdentity[] = [];
    for (const identity of alive) {
      if (!(await isAlive(identity))) continue;
      still.push(identity);
      signal(identity.pid);
    }
    alive = still;
    if (alive.length === 0) return;
    if (Date.now() > deadline)
      throw new IcosError("process-does-not-end", `Process ${alive.map(({ pid }) => pid).join(", ")} does not end.`, {
        next: "Look at what it waits for (`ps -o stat,wchan,cmd -p PID`), then try again.",
      });
    await delay(50);
  }
}

function signal(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended between the check and the signal; the next round sees that.
  }
}

/** What is left of a testnet whose directories these are. */
export async function findLeftovers({ state, run }: TestnetPlaces): Promise<Leftovers> {
  const mounts = parseMountPoints((await readFileIfExists("/proc/self/mountinfo"))?.toString() ?? "");
  const sockets = parseSocketPaths((await readFileIfExists("/proc/net/unix"))?.toString() ?? "");
  const inside = (path: string): boolean => [state, run].some((root) => path === root || path.startsWith(`${root}/`));
  return {
    processes: await findProcesses({ state, run }),
    mounts: mounts.filter(inside),
    sockets: sockets.filter(inside),
  };
}

/** Mount points of `/proc/PID/mountinfo`; space, tab, newline and backslash are written in octal there. */
export function parseMountPoints(mountinfo: string): string[] {
  return mountinfo
    .split("\n")
    .map((line) => line.split(" ")[4])
    .filter((path) => path !== undefined)
    .map((path) => path.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8))));
}

/** Paths of bound sockets in `/proc/net/unix`; abstract ones (`@…`) and nameless ones are left out. */
export function parseSocketPaths(table: string): string[] {
  return table
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/).slice(7).join(" "))
    .filter((path) => path.startsWith("/"));
}

/** Ends what a crashed supervisor left running and removes its sockets; the disks and the registry stay. */
export async function cleanLeftovers(places: TestnetPlaces): Promise<readonly FoundProcess[]> {
  const processes = await findProcesses(places);
  await killProcesses(processes);
  await rm(places.run, { recursive: true, force: true });
  return processes;
}
