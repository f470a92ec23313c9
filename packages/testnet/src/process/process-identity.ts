import { readFile } from "node:fs/promises";
import * as v from "valibot";
import { parseJson, readFileIfExists, systemErrorCode, writeFileDurably } from "@icos/system";

/** A process for good: a pid alone is given to another process sooner or later. */
export const processIdentitySchema = v.strictObject({
  pid: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** Clock ticks since the machine started (`/proc/PID/stat`, field 22). */
  startTime: v.string(),
  /** `/proc/sys/kernel/random/boot_id`. */
  bootId: v.string(),
});

export type ProcessIdentity = v.InferOutput<typeof processIdentitySchema>;

export async function identifyProcess(pid: number): Promise<ProcessIdentity | undefined> {
  const startTime = await readStartTime(pid);
  if (startTime === undefined) return undefined;
  return { pid, startTime, bootId: await readBootId() };
}

/** Whether exactly this process still runs; one that has ended and is not yet waited for does not. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  return identity.bootId === (await readBootId()) && (await readStartTime(identity.pid)) === identity.startTime;
}

/** Fields of `/proc/PID/stat` after the program's name, which may itself hold spaces and parentheses. */
export function parseStat(text: string): { state: string; startTime: string } | undefined {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, startTime] = [fields[0], fields[19]];
  return state === undefined || startTime === undefined ? undefined : { state, startTime };
}

async function readStartTime(pid: number): Promise<string | undefined> {
  try {
    const stat = parseStat(await readFile(`/proc/${pid}/stat`, "latin1"));
    return stat === undefined || stat.state === "Z" || stat.state === "X" ? undefined : stat.startTime;
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT" || systemErrorCode(error) === "ESRCH") return undefined;
    throw error;
  }
}

async function readBootId(): Promise<string> {
  return (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
}

export async function writeProcessRecord(path: string, identity: ProcessIdentity): Promise<void> {
  await writeFileDurably(path, `${JSON.stringify(identity)}\n`, 0o600);
}

/** A record that cannot be read counts as none: it is only ever a hint at a process. */
export async function readProcessRecord(path: string): Promise<ProcessIdentity | undefined> {
  const content = await readFileIfExists(path);
  if (content === undefined) return undefined;
  try {
    return parseJson(processIdentitySchema, content.toString(), { code: "process-record", name: "A process record" });
  } catch {
    return undefined;
  }
}
