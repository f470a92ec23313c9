import { open, rename, rm, writeFile } from "node:fs/promises";
import { systemErrorCode } from "@icos/system";

/** A serial log that has grown beyond this is cut: its end is kept in `<log>.1`, and the log starts anew. */
export const LOG_LIMIT_BYTES = 16 * 1024 * 1024;
const KEEP_BYTES = 4 * 1024 * 1024;

/**
 * Keeps a log that QEMU may be writing within bounds: at most {@link LOG_LIMIT_BYTES} and what is written between two
 * checks, plus 4 MiB of the past. QEMU appends, so it continues at the start of the emptied file; what it writes
 * during the few microseconds between the copy and the cut is lost.
 */
export async function limitLog(path: string, limitBytes = LOG_LIMIT_BYTES): Promise<void> {
  const log = await open(path, "r+").catch((error: unknown) => {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  });
  if (log === undefined) return;
  try {
    const { size } = await log.stat();
    if (size <= limitBytes) return;
    const kept = Math.min(size, KEEP_BYTES);
    const { buffer, bytesRead } = await log.read(Buffer.alloc(kept), 0, kept, size - kept);
    await keep(`${path}.1`, buffer.subarray(0, bytesRead));
    await log.truncate(0);
  } finally {
    await log.close();
  }
}

/** On a full file system the past is given up: the log has to be cut all the same. */
async function keep(path: string, past: Buffer): Promise<void> {
  const temporary = `${path}.new`;
  try {
    await writeFile(temporary, past, { mode: 0o600 });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    if (systemErrorCode(error) !== "ENOSPC") throw error;
  }
}
