import { createHash } from "node:crypto";
import { open, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { describeError, IcosError, syncDirectory, systemErrorCode, type Clock } from "@icos/system";
import { dirname } from "node:path";
import type { Http, RestOfFile } from "./http.ts";

export interface DownloadOptions {
  /** The same file on several servers, asked in this order. */
  readonly urls: readonly string[];
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  /** Where it goes once it is verified; what is not complete is kept beside it and continued by the next call. */
  readonly file: string;
  /** Bytes; a server whose file has more is taken for one that does not have it. */
  readonly limit: number;
  /** When the disk is full: what was downloaded is kept, for who frees space, or removed, for nobody may come. */
  readonly whenFull: "keep" | "remove";
  readonly signal: AbortSignal;
  readonly report: (text: string) => void;
}

export interface DownloadModules {
  readonly http: Http;
  readonly clock: Clock;
}

/** Upstream's. */
const ROUNDS = 10;
const PAUSE_MS = 5_000;
const REPORT_EVERY_MS = 500;

/**
 * Downloads a file until its SHA-256 is right: continues where an earlier call stopped, takes the next server when one
 * fails, and starts anew when all bytes are there and wrong; what is larger than the limit is not written. Throws
 * `download-failed`, which has what each server said, and `no-space`; the abort's reason when aborted.
 */
export async function download(options: DownloadOptions, modules: DownloadModules): Promise<void> {
  const { urls, sha256, file, whenFull, signal, report } = options;
  const part = `${file}.part`;
  if ((await hashOf(file, signal, report)) === sha256) return;
  await rm(file, { force: true });
  for (let round = 1; ; round++) {
    const problems: string[] = [];
    let unusable = 0;
    for (const url of urls) {
      signal.throwIfAborted();
      try {
        const outcome = await fetchRest(url, part, options, modules);
        if (outcome.kind === "unusable") {
          unusable += 1;
          problems.push(`${url}: ${outcome.problem}`);
          continue;
        }
        if ((await hashOf(part, signal, report)) === sha256) {
          await rename(part, file);
          await syncDirectory(dirname(file));
          return;
        }
        await rm(part, { force: true });
        problems.push(`${url}: its SHA-256 is not ${sha256}`);
      } catch (error) {
        signal.throwIfAborted();
        if (systemErrorCode(error) === "ENOSPC") {
          if (whenFull === "remove") await rm(part, { force: true });
          throw noSpace(file, whenFull, error);
        }
        problems.push(`${url}: ${describeError(error)}`);
      }
    }
    if (unusable === urls.length || round === ROUNDS) throw failed(problems, unusable === urls.length);
    report(`try ${round} of ${ROUNDS} failed, the next is in ${PAUSE_MS / 1000} s (${problems.at(-1)})`);
    await modules.clock.sleep(PAUSE_MS, signal);
  }
}

type Outcome =
  | { readonly kind: "complete" }
  /** Asking this server again is of no use. */
  | { readonly kind: "unusable"; readonly problem: string };

async function fetchRest(
  url: string,
  part: string,
  { limit, signal, report }: DownloadOptions,
  { http, clock }: DownloadModules,
): Promise<Outcome> {
  await using file = await open(part, "a+", 0o600);
  const have = (await file.stat()).size;
  const answer = await http.get(url, have, signal);
  switch (answer.kind) {
    case "nothing-left":
      return { kind: "complete" };
    case "refused":
      if (answer.status === 404 || answer.status === 410) {
        return { kind: "unusable", problem: `${afterHop(answer.hop)}there is no such file` };
      }
      throw new Error(`${afterHop(answer.hop)}the server answers with status ${answer.status}`);
    case "body":
      break;
    default:
      return answer satisfies never;
  }
  const { from, size } = answer;
  if (from !== 0 && from !== have) throw new Error(`the server sends from byte ${from} on, not ${have}`);
  if (from === 0) await file.truncate(0);
  const progress = progressOf(size, from, clock, report);
  if (!(await append(file, answer, { limit, progress }))) {
    await rm(part, { force: true });
    return { kind: "unusable", problem: `the file has more than ${limit} bytes` };
  }
  const { size: got } = await file.stat();
  if (size !== undefined && got < size) throw new Error(`the connection ended after ${got} of ${size} bytes`);
  return { kind: "complete" };
}

const afterHop = (hop: string | undefined): string => (hop === undefined ? "" : `${hop}: `);

/** False when the file is larger than the limit; nothing beyond it is written. */
async function append(
  file: FileHandle,
  { from, size = 0, body }: RestOfFile,
  { limit, progress }: { readonly limit: number; readonly progress: (bytes: number) => void },
): Promise<boolean> {
  let written = from;
  for await (const chunk of body) {
    written += chunk.length;
    if (Math.max(written, size) > limit) return false;
    await file.appendFile(chunk);
    progress(written);
  }
  await file.sync();
  return true;
}

function progressOf(size: number | undefined, from: number, clock: Clock, report: (text: string) => void) {
  const start = clock.now();
  let last = -Infinity;
  return (bytes: number): void => {
    const now = clock.now();
    if (now - last < REPORT_EVERY_MS) return;
    last = now;
    const rate = (bytes - from) / Math.max(1, now - start) / 1000;
    const of = size === undefined ? "" : ` of ${megabytes(size)} (${Math.floor((bytes / size) * 100)} %)`;
    report(`${megabytes(bytes)}${of}, ${rate.toFixed(1)} MB/s`);
  };
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

/** Undefined when there is no such file. */
async function hashOf(path: string, signal: AbortSignal, report: (text: string) => void): Promise<string | undefined> {
  try {
    await stat(path);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
  report("checking the SHA-256");
  await using file = await open(path, "r");
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  for (;;) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, buffer.length);
    if (bytesRead === 0) return hash.digest("hex");
    hash.update(buffer.subarray(0, bytesRead));
  }
}

function failed(problems: readonly string[], unusable: boolean): IcosError {
  const next = unusable
    ? "Compare version and hash with the announcement."
    : "Check the network; what was downloaded is kept and continued by the next try.";
  return new IcosError("download-failed", `The file could not be downloaded: ${problems.join("; ")}.`, {
    next,
    details: { problems },
  });
}

function noSpace(file: string, whenFull: DownloadOptions["whenFull"], cause: unknown): IcosError {
  const done = whenFull === "remove" ? "What was downloaded of it has been removed; if it is still full, free" : "Free";
  return new IcosError("no-space", `There is no room left for ${file}.`, {
    next: `${done} space on the host's /var: \`view-logs\` and \`diagnostics\` say what takes it.`,
    place: { file },
    cause,
  });
}
