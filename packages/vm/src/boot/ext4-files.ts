import { open, rm } from "node:fs/promises";
import { IcosError, readFileIfExists, type Exec } from "@icos/system";

/** A file to be taken out of an ext4 image. */
export interface Extraction {
  /** Absolute path in the file system. */
  readonly path: string;
  readonly target: string;
}

/**
 * Copies files out of an ext4 image, which is a private copy: its journal is replayed first, because a machine that
 * was killed has left its latest changes there. Returns the paths that are not there or empty.
 */
export async function extractExt4Files(
  exec: Exec,
  image: string,
  extractions: readonly Extraction[],
): Promise<readonly string[]> {
  for (const { target } of extractions) await rm(target, { force: true });
  await debugfs(exec, image, [
    "journal_run",
    ...extractions.map(({ path, target }) => `dump ${quoted(path)} ${quoted(target)}`),
  ]);
  const missing: string[] = [];
  for (const { path, target } of extractions) {
    const content = await fileSize(target);
    if (content === 0) missing.push(path);
  }
  return missing;
}

export interface SmallFile {
  readonly content: Buffer;
  /** Where the content lies in the image, in bytes. */
  readonly offset: number;
}

/**
 * A file that lies in one block of an ext4 image, and where. The journal is replayed as for
 * {@link extractExt4Files}. `undefined` when there is no such file. Throws `file-not-in-one-block`.
 */
export async function locateSmallFile(
  exec: Exec,
  image: string,
  path: string,
  target: string,
): Promise<SmallFile | undefined> {
  await rm(target, { force: true });
  const output = await debugfs(exec, image, [
    "journal_run",
    `dump ${quoted(path)} ${quoted(target)}`,
    `blocks ${quoted(path)}`,
  ]);
  const content = await readFileIfExists(target);
  if (content === undefined) return undefined;
  const blockSize = await ext4BlockSize(image);
  // After the echoed command, the numbers of the blocks; none for a file stored in its inode, 0 for a hole.
  const blocks = /^debugfs: blocks [^\n]*\n([\d ]*)/m.exec(output)?.[1]?.trim().split(/\s+/) ?? [];
  const block = Number(blocks[0]);
  if (blocks.length !== 1 || !(block > 0) || content.length > blockSize) {
    throw new IcosError("file-not-in-one-block", `The file ${path} does not lie in one block of its file system.`, {
      place: { file: path },
      details: { blocks, length: content.length },
    });
  }
  return { content, offset: block * blockSize };
}

async function debugfs(exec: Exec, image: string, commands: readonly string[]): Promise<string> {
  const { stdout } = await exec.run(["debugfs", "-w", "-f", "-", image], { input: `${commands.join("\n")}\n` });
  return stdout.toString();
}

function quoted(path: string): string {
  if (/["\n]/.test(path)) throw new IcosError("path-invalid", `The path ${path} has a quote or a line break.`);
  return `"${path}"`;
}

async function fileSize(path: string): Promise<number> {
  const file = await open(path, "r").catch(() => undefined);
  if (file === undefined) return 0;
  try {
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}

const SUPERBLOCK_OFFSET = 1_024;
const EXT4_MAGIC = 0xef53;

async function ext4BlockSize(image: string): Promise<number> {
  const superblock = Buffer.alloc(64);
  const file = await open(image, "r");
  try {
    await file.read(superblock, 0, superblock.length, SUPERBLOCK_OFFSET);
  } finally {
    await file.close();
  }
  if (superblock.readUInt16LE(56) !== EXT4_MAGIC) {
    throw new IcosError("not-ext4", `There is no ext4 file system in ${image}.`, { place: { file: image } });
  }
  return 1_024 << superblock.readUInt32LE(24);
}
