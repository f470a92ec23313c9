import { open } from "node:fs/promises";
import { IcosError } from "./errors.ts";
import type { Exec } from "./exec.ts";

const SUPERBLOCK = { offset: 1024, length: 1024 } as const;
const MAGIC = 0xef53;
const HAS_JOURNAL = 0x4;
const CLEAN = 0x1;
const ERRORS_FOUND = 0x2;

/**
 * Whether an ext4 file system must be checked before it is mounted: errors were found in it, or it has no journal and was
 * not unmounted. The latter matters for small partitions: without a check, blocks of a file that was synced may count as
 * free and be given away again. Anything that is not ext4 needs no check here.
 */
export function needsCheck(superblock: Buffer): boolean {
  if (superblock.length < SUPERBLOCK.length || superblock.readUInt16LE(56) !== MAGIC) return false;
  const state = superblock.readUInt16LE(58);
  const journal = (superblock.readUInt32LE(92) & HAS_JOURNAL) !== 0;
  return (state & ERRORS_FOUND) !== 0 || (!journal && (state & CLEAN) === 0);
}

/** Checks and repairs the file system on `device` where that is needed; costs one small read where it is not. */
export async function repairIfNeeded(exec: Exec, device: string): Promise<void> {
  const file = await open(device, "r");
  try {
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(SUPERBLOCK.length),
      0,
      SUPERBLOCK.length,
      SUPERBLOCK.offset,
    );
    if (!needsCheck(buffer.subarray(0, bytesRead))) return;
  } finally {
    await file.close();
  }
  try {
    await exec.run(["e2fsck", "-y", device]);
  } catch (error) {
    // 1: errors were corrected.
    if (!(error instanceof IcosError && error.details["exitCode"] === 1)) throw error;
  }
}
