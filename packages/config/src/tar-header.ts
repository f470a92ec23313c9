import { IcosError } from "@icos/system";

/** One header block of a POSIX ustar archive, as far as `ic-bootstrap.tar` may use the format. */

export const BLOCK = 512;
const NAME_LENGTH = 100;
const PREFIX_LENGTH = 155;

export interface TarHeader {
  readonly name: string;
  readonly size: number;
  readonly type: "file" | "directory";
}

export function readHeader(block: Buffer, offset: number): TarHeader {
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

export function writeHeader(name: string, size: number, flag: string, mode: number): Buffer {
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

function octal(block: Buffer, offset: number, length: number): number | undefined {
  const digits = /^[ ]*([0-7]+)[ \0]*$/.exec(block.toString("latin1", offset, offset + length))?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 8);
}

function text(block: Buffer, offset: number, length: number): string {
  const field = block.subarray(offset, offset + length);
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end < 0 ? length : end);
}

export function padding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

export function refused(problem: string): IcosError {
  return new IcosError("invalid-bootstrap-tar", `The archive ic-bootstrap.tar is refused. ${problem}.`, {
    next: "Write the configuration medium again.",
    place: { file: "ic-bootstrap.tar" },
  });
}
