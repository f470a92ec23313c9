import { BLOCK, padding, readHeader, refused, writeHeader } from "./tar-header.ts";

/** Reads and writes `ic-bootstrap.tar`: POSIX ustar with regular files and directories, and nothing else. */

export interface BootstrapLimits {
  /** Bytes of one file. */
  readonly file: number;
  /** Bytes of the whole archive. */
  readonly archive: number;
}

export const BOOTSTRAP_LIMITS: BootstrapLimits = { file: 16 * 1024 * 1024, archive: 64 * 1024 * 1024 };

/** File contents by relative path (`accounts_ssh_authorized_keys/admin`). */
export type BootstrapEntries = ReadonlyMap<string, Uint8Array>;

/**
 * A tar archive that depends on nothing but the entries: names sorted, directories listed before what they hold,
 * owner 0:0, time zero, mode 0600 for files.
 */
export function buildBootstrapTar(entries: BootstrapEntries): Buffer {
  const names = [...entries.keys()].sort();
  const directories = new Set<string>();
  const blocks: Buffer[] = [];
  for (const name of names) {
    const problem = pathProblem(name);
    if (problem) throw refused(`The name ${JSON.stringify(name)} ${problem}`);
    for (const directory of parentsOf(name)) {
      if (entries.has(directory)) throw refused(`${JSON.stringify(directory)} is both a file and a directory`);
      if (directories.has(directory)) continue;
      directories.add(directory);
      blocks.push(writeHeader(`${directory}/`, 0, "5", 0o700));
    }
    const content = entries.get(name) ?? new Uint8Array();
    blocks.push(writeHeader(name, content.length, "0", 0o600), Buffer.from(content), padding(content.length));
  }
  blocks.push(Buffer.alloc(2 * BLOCK));
  return Buffer.concat(blocks);
}

/**
 * The files of an archive. Links, devices, long-name extensions, absolute paths, `..`, names listed twice and anything
 * over the limits are refused with {@link IcosError} `invalid-bootstrap-tar`, which says at which byte.
 */
export function readBootstrapTar(archive: Uint8Array, limits: BootstrapLimits = BOOTSTRAP_LIMITS): BootstrapEntries {
  if (archive.length > limits.archive) {
    throw refused(`It has ${archive.length} bytes; ${limits.archive} are allowed`);
  }
  const tar = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
  const files = new Map<string, Uint8Array>();
  const directories = new Set<string>();
  for (let offset = 0; ;) {
    const block = tar.subarray(offset, offset + BLOCK);
    if (block.length < BLOCK) throw refused(`The archive ends at byte ${tar.length} without its end mark`);
    if (block.every((byte) => byte === 0)) return files;
    const { name, size, type } = readHeader(block, offset);
    const problem = pathProblem(name);
    if (problem) throw refused(`At byte ${offset}, the name ${JSON.stringify(name)} ${problem}`);
    if (files.has(name) || (type === "file" && directories.has(name))) {
      throw refused(`At byte ${offset}, ${JSON.stringify(name)} is there for the second time`);
    }
    const overFile = parentsOf(name).find((directory) => files.has(directory));
    if (overFile) throw refused(`At byte ${offset}, ${JSON.stringify(overFile)} is a file and not a directory`);
    offset += BLOCK;
    if (type === "directory") directories.add(name);
    else {
      if (size > limits.file) throw refused(`${JSON.stringify(name)} has ${size} bytes; ${limits.file} are allowed`);
      if (offset + size > tar.length) throw refused(`${JSON.stringify(name)} is cut off at byte ${tar.length}`);
      files.set(name, Buffer.from(tar.subarray(offset, offset + size)));
    }
    for (const parent of parentsOf(name)) directories.add(parent);
    offset += size + padding(size).length;
  }
}

function pathProblem(name: string): string | undefined {
  if (name === "") return undefined; // the root directory itself, "./"
  if (name.startsWith("/")) return "is an absolute path";
  if (!/^[\x20-\x5b\x5d-\x7e]+$/.test(name)) return "has a character that is not allowed in it";
  if (name.split("/").some((part) => part === "" || part === "." || part === "..")) {
    return "has an empty part, `.` or `..`";
  }
  return undefined;
}

/** `a/b/c` -> `a`, `a/b`. */
function parentsOf(name: string): readonly string[] {
  const parts = name.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}
