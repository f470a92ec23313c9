import { open, rm } from "node:fs/promises";
import { IcosError, readFileIfExists, type Exec } from "@icos/system";
import { readExt4Superblock } from "./ext4-superblock.ts";

/** An ext4 file system for `debugfs`. */
export interface Ext4Image {
  readonly path: string;
  /** Where it starts in the file or device, in bytes. */
  readonly offset: number;
  /**
   * `replay`: a private copy, whose journal is replayed first, because a machine that was killed has left its latest changes
   * there. `clean`: read in place, nothing is written.
   */
  readonly journal: "replay" | "clean";
}

/** A file to be taken out of an ext4 image. */
export interface Extraction {
  /** Absolute path in the file system. */
  readonly path: string;
  readonly target: string;
}

/** Copies files out of an ext4 image. Returns the paths that are not there or empty. */
export async function extractExt4Files(
  exec: Exec,
  image: Ext4Image,
  extractions: readonly Extraction[],
): Promise<readonly string[]> {
  for (const { target } of extractions) await rm(target, { force: true });
  const commands = extractions.map(({ path, target }) => `dump ${quoted(path)} ${quoted(target)}`);
  await debugfs(exec, image, commands);
  const missing: string[] = [];
  for (const { path, target } of extractions) {
    const content = await fileSize(target);
    if (content === 0) missing.push(path);
  }
  return missing;
}

export interface SmallFile {
  readonly content: Buffer;
  /** Where the content lies in the file system, in bytes. */
  readonly offset: number;
}

/** A file that lies in one block of an ext4 image, and where. `undefined` when there is none. Throws `file-not-in-one-block`. */
export async function locateSmallFile(
  exec: Exec,
  image: Ext4Image,
  path: string,
  target: string,
): Promise<SmallFile | undefined> {
  await rm(target, { force: true });
  const output = await debugfs(exec, image, [`dump ${quoted(path)} ${quoted(target)}`, `blocks ${quoted(path)}`]);
  const content = await readFileIfExists(target);
  if (content === undefined) return undefined;
  const { blockSize } = await readExt4Superblock(image);
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

async function debugfs(exec: Exec, image: Ext4Image, commands: readonly string[]): Promise<string> {
  const { path, offset, journal } = image;
  const all = journal === "replay" ? ["journal_run", ...commands] : commands;
  const source = offset === 0 ? path : `${path}?offset=${offset}`;
  const options = journal === "replay" ? ["-w", "-f", "-"] : ["-f", "-"];
  const { stdout } = await exec.run(["debugfs", ...options, source], { input: `${all.join("\n")}\n` });
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
