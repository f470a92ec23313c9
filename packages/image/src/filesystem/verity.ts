import { open, type FileHandle } from "node:fs/promises";
import { hash } from "node:crypto";
import { IcosError } from "@icos/system";
import { VERITY_BLOCK_SIZE as BLOCK, VERITY_SALT, VERITY_TREE_OFFSET, VERITY_UUID } from "@icos/slots";

const DIGEST = 32;
const PER_BLOCK = BLOCK / DIGEST;
const READ_SIZE = 4 << 20;

export interface VerityTree {
  /** Lower-case hex; what a kernel command line names as `root_hash=`. */
  readonly rootHash: string;
  /** The tree as it is stored after the superblock: the level below the root first, the leaves last. */
  readonly tree: Buffer;
  readonly dataBlocks: number;
}

/**
 * dm-verity hash tree, format 1, SHA-256, 4 KiB blocks (kernel `Documentation/admin-guide/device-mapper/verity.rst`):
 * each digest is over salt then block. The data are `size` bytes from byte `start` of the file.
 */
export async function computeVerityTree(
  data: FileHandle,
  size: number,
  salt: Uint8Array,
  start = 0,
): Promise<VerityTree> {
  const dataBlocks = Math.ceil(size / BLOCK);
  if (dataBlocks === 0) throw new IcosError("empty-root", "An empty root file system cannot be verified.");
  const message = Buffer.alloc(salt.length + BLOCK);
  message.set(salt);
  const digest = (block: Uint8Array): Buffer => {
    message.fill(0, salt.length);
    message.set(block, salt.length);
    return hash("sha256", message, "buffer");
  };
  let level = await hashLeaves(data, start, size, digest);
  const levels = [level];
  while (level.length > BLOCK) {
    const parent = emptyLevel(level.length / BLOCK);
    for (let at = 0; at < level.length; at += BLOCK)
      digest(level.subarray(at, at + BLOCK)).copy(parent, (at / BLOCK) * DIGEST);
    levels.push(parent);
    level = parent;
  }
  return { rootHash: digest(level).toString("hex"), tree: Buffer.concat(levels.reverse()), dataBlocks };
}

async function hashLeaves(
  data: FileHandle,
  start: number,
  size: number,
  digest: (block: Uint8Array) => Buffer,
): Promise<Buffer> {
  const leaves = emptyLevel(Math.ceil(size / BLOCK));
  const zero = Buffer.alloc(BLOCK);
  const zeroDigest = digest(zero);
  const buffer = Buffer.alloc(READ_SIZE);
  let index = 0;
  for (let offset = 0; offset < size; offset += READ_SIZE) {
    const { bytesRead } = await data.read(buffer, 0, Math.min(READ_SIZE, size - offset), start + offset);
    for (let at = 0; at < bytesRead; at += BLOCK, index++) {
      const block = buffer.subarray(at, Math.min(at + BLOCK, bytesRead));
      const digested = block.length === BLOCK && zero.compare(block) === 0 ? zeroDigest : digest(block);
      digested.copy(leaves, index * DIGEST);
    }
  }
  return leaves;
}

function emptyLevel(digests: number): Buffer {
  return Buffer.alloc(Math.ceil(digests / PER_BLOCK) * BLOCK);
}

/** The superblock that `veritysetup` reads in front of a tree (cryptsetup `lib/verity/verity.c`). */
export function veritySuperblock(dataBlocks: number, salt: Uint8Array, uuid: string): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write("verity\0\0", 0, "latin1");
  block.writeUInt32LE(1, 8); // superblock version
  block.writeUInt32LE(1, 12); // hash type
  block.write(uuid.replaceAll("-", ""), 16, "hex");
  block.write("sha256", 32, "latin1");
  block.writeUInt32LE(BLOCK, 64);
  block.writeUInt32LE(BLOCK, 68);
  block.writeBigUInt64LE(BigInt(dataBlocks), 72);
  block.writeUInt16LE(salt.length, 80);
  block.set(salt, 88);
  return block;
}

/** The superblock in front of a stored tree. Throws `bad-verity-superblock`. */
export async function readVeritySuperblock(
  file: FileHandle,
  offset: number,
): Promise<{ readonly dataBlocks: number; readonly blockSize: number }> {
  const block = Buffer.alloc(512);
  await file.read(block, 0, block.length, offset);
  const dataBlocks = Number(block.readBigUInt64LE(72));
  if (
    block.toString("latin1", 0, 8) !== "verity\0\0" ||
    block.readUInt32LE(64) !== BLOCK ||
    block.readUInt32LE(68) !== BLOCK ||
    dataBlocks === 0 ||
    dataBlocks > VERITY_TREE_OFFSET / BLOCK
  )
    throw new IcosError("bad-verity-superblock", `There is no dm-verity superblock at byte ${offset}.`);
  return { dataBlocks, blockSize: BLOCK };
}

/** Appends superblock and tree to a root file system image at their fixed place. Returns the root hash. */
export async function sealRoot(image: string): Promise<string> {
  const file = await open(image, "r+");
  try {
    const { size } = await file.stat();
    if (size > VERITY_TREE_OFFSET)
      throw new IcosError(
        "root-too-large",
        `The root file system has ${size} bytes; the hash tree starts at ${VERITY_TREE_OFFSET}.`,
      );
    const salt = Buffer.from(VERITY_SALT, "hex");
    const { rootHash, tree, dataBlocks } = await computeVerityTree(file, size, salt);
    await file.write(veritySuperblock(dataBlocks, salt, VERITY_UUID), 0, BLOCK, VERITY_TREE_OFFSET);
    await file.write(tree, 0, tree.length, VERITY_TREE_OFFSET + BLOCK);
    return rootHash;
  } finally {
    await file.close();
  }
}
