import { IcosError } from "@icos/system";
import type { Extent } from "./extents.ts";

export const TAR_BLOCK = 512;
/** GNU tar fills an archive up to a multiple of this. */
export const TAR_RECORD = 20 * TAR_BLOCK;
export const TAR_DIRECTORY = "5";
export const TAR_FILE = "0";
/** GNU's form of a file with holes: a list of its data ranges, then only these. */
export const TAR_SPARSE = "S";

/** Ranges in the header of a sparse member, and in each block that continues it. */
const RANGES_IN_HEADER = 4;
const RANGES_IN_BLOCK = 21;
const RANGE_SIZE = 24;
const HEADER_RANGES_AT = 386;

export interface TarHeader {
  readonly name: string;
  readonly type: string;
  readonly mode: number;
  /** Bytes that follow the header (before padding). */
  readonly storedSize: number;
  /** Bytes of the file, holes included. */
  readonly size: number;
  /** Data ranges of a sparse member that the header itself lists. */
  readonly ranges: readonly Extent[];
  /** More ranges follow in blocks of their own. */
  readonly continued: boolean;
}

/** The header blocks of a member as GNU tar writes them (`--format=gnu --owner=root:0 --group=root:0 --mtime=@0`). */
export function encodeTarHeader(member: {
  readonly name: string;
  readonly type: typeof TAR_DIRECTORY | typeof TAR_FILE | typeof TAR_SPARSE;
  readonly mode: number;
  readonly storedSize: number;
  readonly size: number;
  readonly ranges: readonly Extent[];
}): Buffer {
  const header = Buffer.alloc(TAR_BLOCK);
  if (Buffer.byteLength(member.name) > 100) throw tarInvalid(0, `the name ${member.name} has more than 100 bytes`);
  header.write(member.name, 0);
  putNumber(header, 100, 8, member.mode);
  putNumber(header, 108, 8, 0);
  putNumber(header, 116, 8, 0);
  putNumber(header, 124, 12, member.storedSize);
  putNumber(header, 136, 12, 0);
  header.write(member.type, 156);
  header.write("ustar  \0", 257);
  header.write("root", 265);
  header.write("root", 297);
  const more = member.ranges.slice(RANGES_IN_HEADER);
  if (member.type === TAR_SPARSE) {
    putRanges(header, HEADER_RANGES_AT, member.ranges.slice(0, RANGES_IN_HEADER));
    header[482] = more.length > 0 ? 1 : 0;
    putNumber(header, 483, 12, member.size);
  }
  header.write(`${checksumOf(header).toString(8).padStart(6, "0")}\0 `, 148);
  const blocks = [header];
  for (let at = 0; at < more.length; at += RANGES_IN_BLOCK) {
    const block = Buffer.alloc(TAR_BLOCK);
    putRanges(block, 0, more.slice(at, at + RANGES_IN_BLOCK));
    block[RANGES_IN_BLOCK * RANGE_SIZE] = at + RANGES_IN_BLOCK < more.length ? 1 : 0;
    blocks.push(block);
  }
  return Buffer.concat(blocks);
}

/** Reads a header block that lies at `offset` of the archive. Throws `update-image-invalid`. */
export function decodeTarHeader(block: Buffer, offset: number): TarHeader {
  const magic = block.toString("latin1", 257, 265);
  if (magic !== "ustar  \0" && magic !== "ustar\u000000") throw tarInvalid(offset + 257, "there is no tar header");
  const checksum = getNumber(block, 148, 8, offset, "checksum");
  if (checksum !== checksumOf(block)) throw tarInvalid(offset + 148, "the checksum of the header is wrong");
  const typeByte = block.toString("latin1", 156, 157);
  const type = typeByte === "\0" ? TAR_FILE : typeByte;
  const storedSize = getNumber(block, 124, 12, offset, "size");
  const prefix = magic === "ustar\u000000" ? getText(block, 345, 155) : "";
  const name = getText(block, 0, 100);
  const sparse = type === TAR_SPARSE;
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    type,
    mode: getNumber(block, 100, 8, offset, "mode"),
    storedSize,
    size: sparse ? getNumber(block, 483, 12, offset, "real size") : storedSize,
    ranges: sparse ? getRanges(block, HEADER_RANGES_AT, RANGES_IN_HEADER, offset) : [],
    continued: sparse && block[482] !== 0,
  };
}

/** Reads a block that continues the list of ranges. */
export function decodeRangeBlock(block: Buffer, offset: number): Pick<TarHeader, "ranges" | "continued"> {
  return {
    ranges: getRanges(block, 0, RANGES_IN_BLOCK, offset),
    continued: block[RANGES_IN_BLOCK * RANGE_SIZE] !== 0,
  };
}

export function tarInvalid(offset: number, what: string): IcosError {
  return new IcosError("update-image-invalid", `The update image is damaged at byte ${offset} of its tar: ${what}.`, {
    next: "Fetch the image again, or build it again.",
    details: { offset },
  });
}

function checksumOf(block: Buffer): number {
  let sum = 8 * 0x20; // the checksum field itself counts as spaces
  for (let at = 0; at < TAR_BLOCK; at += 1) if (at < 148 || at >= 156) sum += block[at] ?? 0;
  return sum;
}

function putRanges(block: Buffer, at: number, ranges: readonly Extent[]): void {
  for (const [index, { offset, length }] of ranges.entries()) {
    putNumber(block, at + index * RANGE_SIZE, 12, offset);
    putNumber(block, at + index * RANGE_SIZE + 12, 12, length);
  }
}

/** A range whose two fields are empty ends the list. */
function getRanges(block: Buffer, at: number, count: number, offset: number): Extent[] {
  const ranges: Extent[] = [];
  for (let index = 0; index < count; index += 1) {
    const start = at + index * RANGE_SIZE;
    if (block[start] === 0) break;
    ranges.push({
      offset: getNumber(block, start, 12, offset, "start of a data range"),
      length: getNumber(block, start + 12, 12, offset, "length of a data range"),
    });
  }
  return ranges;
}

/** Octal text, or, where that does not fit, GNU's binary form: a first byte of 0x80, then the number big-endian. */
function putNumber(block: Buffer, at: number, width: number, value: number): void {
  const octal = value.toString(8);
  if (octal.length < width) {
    block.write(`${octal.padStart(width - 1, "0")}\0`, at);
    return;
  }
  block[at] = 0x80;
  block.writeBigUInt64BE(BigInt(value), at + width - 8);
}

function getNumber(block: Buffer, at: number, width: number, offset: number, what: string): number {
  const field = block.subarray(at, at + width);
  if (field[0] === 0x80) {
    const value = BigInt(`0x${field.toString("hex", 1)}`);
    if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
    throw tarInvalid(offset + at, `the ${what} is too large`);
  }
  const text = field.toString("latin1");
  const match = /^ *([0-7]*)[ \0]*$/.exec(text);
  if (match === null) throw tarInvalid(offset + at, `the ${what} is not a number`);
  return match[1] === "" ? 0 : Number.parseInt(match[1] ?? "0", 8);
}

function getText(block: Buffer, at: number, width: number): string {
  const field = block.subarray(at, at + width);
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end === -1 ? width : end);
}
