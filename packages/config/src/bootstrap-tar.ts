import { IcosError } from "@icos/system";

/** Reads and writes `ic-bootstrap.tar`: POSIX ustar with regular files and directories, and nothing else. */

const BLOCK = 512;
const NAME_LENGTH = 100;
const PREFIX_LENGTH = 155;

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
      blocks.push(header(`${directory}/`, 0, "5", 0o700));
    }
    const content = entries.get(name) ?? new Uint8Array();
    blocks.push(header(name, content.length, "0", 0o600), Buffer.from(content), padding(content.length));
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

interface Header {
  readonly name: string;
  readonly size: number;
  readonly type: "file" | "directory";
}

function readHeader(block: Buffer, offset: number): Header {
  const at = `At byte ${offset}`;
  const copy = Buffer.from(block).fill(0x20, 148, 156);
  const sum = copy.reduce((total, byte) => total + byte, 0);
  if (octal(block, 148, 8) !== sum) throw refused(`${at}, the header's checksum is wrong`);
  if (block.toString("latin1", 257, 262) !== "ustar") throw refused(`${at}, the header is not of the ustar format`);
  const flag = block.toString("latin1", 156, 157);
  const size = octal(block, 124, 12);
  if (size === undefined) throw refused(`${at}, the size is not an octal number`);
  // GNU's own format (`ustar ` with a space) keeps times where POSIX keeps the name's prefix.
  const posix = block[262] === 0;
  const prefix = posix ? text(block, 345, PREFIX_LENGTH) : "";
  const full = (prefix ? `${prefix}/` : "") + text(block, 0, NAME_LENGTH);
  const name = full.replace(/^(?:\.\/)+/, "").replace(/\/$/, "");
  if (flag === "0" || flag === "\0") return { name, size, type: "file" };
  if (flag !== "5") {
    throw refused(`${at}, ${JSON.stringify(full)} is neither a regular file nor a directory (type ${flag})`);
  }
  if (size !== 0) throw refused(`${at}, the directory ${JSON.stringify(full)} has a size`);
  return { name: name === "." ? "" : name, size, type: "directory" };
}

function header(name: string, size: number, flag: string, mode: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const [prefix, base] = splitName(name);
  block.write(base, 0, NAME_LENGTH);
  block.write(prefix, 345, PREFIX_LENGTH);
  const number = (value: number, offset: number, length: number): number =>
    block.write(`${value.toString(8).padStart(length - 1, "0")}\0`, offset, length, "latin1");
  number(mode, 100, 8);
  number(0, 108, 8);
  number(0, 116, 8);
  number(size, 124, 12);
  number(0, 136, 12);
  block.write(flag, 156, 1, "latin1");
  block.write("ustar\x0000", 257, 8, "latin1");
  block.write("root", 265, 32, "latin1");
  block.write("root", 297, 32, "latin1");
  number(0, 329, 8);
  number(0, 337, 8);
  block.fill(0x20, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, 8, "latin1");
  return block;
}

function splitName(name: string): readonly [prefix: string, base: string] {
  if (Buffer.byteLength(name) <= NAME_LENGTH) return ["", name];
  for (let slash = name.indexOf("/"); slash > 0; slash = name.indexOf("/", slash + 1)) {
    const [prefix, base] = [name.slice(0, slash), name.slice(slash + 1)];
    if (base !== "" && Buffer.byteLength(prefix) <= PREFIX_LENGTH && Buffer.byteLength(base) <= NAME_LENGTH) {
      return [prefix, base];
    }
  }
  throw refused(`The name ${JSON.stringify(name)} is too long for the archive`);
}

function pathProblem(name: string): string | undefined {
  if (name === "") return undefined; // the root directory itself, "./"
  if (name.startsWith("/")) return "is an absolute path";
  if (/[\0-\x1f\\\x7f]/.test(name)) return "has a character that is not allowed in it";
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

function octal(block: Buffer, offset: number, length: number): number | undefined {
  const digits = /^[ ]*([0-7]+)[ \0]*$/.exec(block.toString("latin1", offset, offset + length))?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 8);
}

function text(block: Buffer, offset: number, length: number): string {
  const field = block.subarray(offset, offset + length);
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end < 0 ? length : end);
}

function padding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

function refused(problem: string): IcosError {
  return new IcosError("invalid-bootstrap-tar", `The archive ic-bootstrap.tar is refused. ${problem}.`, {
    next: "Write the configuration medium again.",
    place: { file: "ic-bootstrap.tar" },
  });
}
