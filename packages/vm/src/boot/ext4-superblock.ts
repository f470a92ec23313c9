import { open } from "node:fs/promises";
import { IcosError } from "@icos/system";

export interface Ext4Superblock {
  /** Bytes. */
  readonly blockSize: number;
  /** Of the whole file system, bytes. */
  readonly size: number;
  /** The journal holds changes that have not reached their places. */
  readonly needsRecovery: boolean;
}

const SUPERBLOCK_OFFSET = 1_024;
const EXT4_MAGIC = 0xef53;
const INCOMPAT_RECOVER = 0x4;
const INCOMPAT_64BIT = 0x80;

/** Reads the superblock of the ext4 file system that starts at `offset`. Throws `not-ext4`. */
export async function readExt4Superblock({
  path,
  offset,
}: {
  readonly path: string;
  readonly offset: number;
}): Promise<Ext4Superblock> {
  const block = Buffer.alloc(512);
  const file = await open(path, "r");
  try {
    await file.read(block, 0, block.length, offset + SUPERBLOCK_OFFSET);
  } finally {
    await file.close();
  }
  const logBlockSize = block.readUInt32LE(24);
  if (block.readUInt16LE(56) !== EXT4_MAGIC || logBlockSize > 6) {
    const where = offset === 0 ? path : `${path} at byte ${offset}`;
    throw new IcosError("not-ext4", `There is no ext4 file system in ${where}.`, { place: { file: path } });
  }
  const incompatible = block.readUInt32LE(96);
  const high = (incompatible & INCOMPAT_64BIT) === 0 ? 0 : block.readUInt32LE(336);
  const blockSize = 1_024 << logBlockSize;
  return {
    blockSize,
    size: (high * 2 ** 32 + block.readUInt32LE(4)) * blockSize,
    needsRecovery: (incompatible & INCOMPAT_RECOVER) !== 0,
  };
}
