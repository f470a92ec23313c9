import { watch } from "node:fs";
import { open, stat, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { systemErrorCode } from "@icos/system";

export interface FollowLogOptions {
  /** Where to begin: everything there is, the last lines, or only what comes. Default `{ lines: 10 }`. */
  readonly from?: "start" | "end" | { readonly lines: number } | undefined;
  /** Also yields what is added later, until the signal; otherwise ends at the end of the file. */
  readonly follow?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Looks at least so often, for file systems that do not tell of changes. Default 500 ms. */
  readonly pollMs?: number | undefined;
}

const CHUNK_BYTES = 64 * 1024;
const POLL_MS = 500;

/**
 * A log file as it is and as it grows, like `tail -F`: waits for a file that is not there yet, starts over when the
 * file is emptied or replaced. Ends quietly when the signal is aborted.
 */
export async function* followLog(path: string, options: FollowLogOptions = {}): AsyncGenerator<Buffer, void> {
  const { from = { lines: 10 }, follow = false, signal, pollMs = POLL_MS } = options;
  const stopped = (): boolean => signal?.aborted === true;
  const changes = follow ? watchChanges(path) : undefined;
  let file: FileHandle | undefined;
  let offset = 0;
  try {
    file = await openIfExists(path);
    if (file !== undefined) offset = await startOffset(file, from);
    while (!stopped()) {
      for (;;) {
        const chunk = file === undefined ? undefined : await readFrom(file, offset);
        if (chunk === undefined) break;
        offset += chunk.length;
        yield chunk;
        if (stopped()) return;
      }
      if (changes === undefined) return;
      await changes.next(pollMs, signal);
      const change = await lookAgain(path, file, offset);
      if (change === "same") continue;
      offset = 0;
      if (change === "emptied") continue;
      // What was written to the old file before it was replaced has been read, up to the last look.
      await file?.close();
      file = await openIfExists(path);
    }
  } finally {
    changes?.close();
    await file?.close();
  }
}

async function openIfExists(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, "r");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

async function readFrom(file: FileHandle, offset: number): Promise<Buffer | undefined> {
  const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, offset);
  return bytesRead === 0 ? undefined : buffer.subarray(0, bytesRead);
}

async function startOffset(file: FileHandle, from: NonNullable<FollowLogOptions["from"]>): Promise<number> {
  if (from === "start") return 0;
  const { size } = await file.stat();
  return from === "end" || from.lines === 0 ? size : lastLinesOffset(file, size, from.lines);
}

/** Searches backwards for the line end before the last `lines` lines. */
async function lastLinesOffset(file: FileHandle, size: number, lines: number): Promise<number> {
  let found = 0;
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - CHUNK_BYTES);
    const chunk = Buffer.alloc(end - start);
    await file.read(chunk, 0, chunk.length, start);
    for (let at = chunk.length - 1; at >= 0; at -= 1) {
      const isLast = start + at === size - 1; // the end of the last line itself
      if (chunk[at] !== 10 || isLast) continue;
      found += 1;
      if (found === lines) return start + at + 1;
    }
    end = start;
  }
  return 0;
}

async function lookAgain(
  path: string,
  file: FileHandle | undefined,
  offset: number,
): Promise<"same" | "emptied" | "replaced"> {
  const now = await stat(path).catch((error: unknown) => {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  });
  if (now === undefined) return "same"; // gone, or not there yet: what is open stays open until there is another
  if (file === undefined) return "replaced";
  const opened = await file.stat();
  if (opened.ino !== now.ino || opened.dev !== now.dev) return "replaced";
  return now.size < offset ? "emptied" : "same";
}

interface Changes {
  /** Settles at the next change, at once if there was one since the last call, or after `milliseconds`. */
  next(milliseconds: number, signal: AbortSignal | undefined): Promise<void>;
  close(): void;
}

function watchChanges(path: string): Changes {
  let changed = false;
  let wake: (() => void) | undefined;
  const notify = (): void => {
    changed = true;
    wake?.();
  };
  let watcher: { close(): void } | undefined;
  try {
    watcher = watch(dirname(path), notify).on("error", () => undefined);
  } catch {
    watcher = undefined; // no directory yet, or no watches left: looking now and then is enough
  }
  return {
    async next(milliseconds, signal) {
      if (!changed && signal?.aborted !== true) {
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        const timer = setTimeout(resolve, milliseconds);
        const stop = (): void => resolve();
        signal?.addEventListener("abort", stop);
        await promise;
        signal?.removeEventListener("abort", stop);
        clearTimeout(timer);
      }
      changed = false;
    },
    close: () => watcher?.close(),
  };
}
