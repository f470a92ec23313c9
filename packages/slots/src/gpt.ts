import { crc32 } from "node:zlib";
import { IcosError } from "@icos/system";
import { guidToBytes } from "./guid.ts";

/** One entry of a GUID partition table. Sectors have 512 bytes. */
export interface GptPartition {
  /** 1-based place in the table, as in `/dev/vdaN`. */
  readonly number: number;
  readonly start: number;
  readonly sectors: number;
  readonly typeGuid: string;
  /** PARTUUID. */
  readonly guid: string;
  readonly attributes?: bigint | undefined;
  /** The name stored in the table, UTF-16, at most 36 units. Tables of upstream's images hold none. */
  readonly label?: string | undefined;
}

export interface GptTable {
  readonly diskGuid: string;
  readonly partitions: readonly GptPartition[];
}

export const GPT_SECTOR = 512;
export const GPT_ENTRIES = 128;
export const GPT_ENTRY_SIZE = 128;
/** Sectors of the array of entries. */
export const GPT_ARRAY_SECTORS = (GPT_ENTRIES * GPT_ENTRY_SIZE) / GPT_SECTOR;
/** What sfdisk writes: the first mebibyte stays free. */
const FIRST_USABLE = 2048;

export interface EncodedGpt {
  /** From sector 0: protective MBR, header, entries. */
  readonly primary: Buffer;
  /** The last sectors of the disk: entries, header. */
  readonly backup: Buffer;
  /** Sector at which `backup` starts. */
  readonly backupStart: number;
}

/** The bytes of a table on a disk of `sectors` (those sfdisk writes). Throws `partition-table-invalid`. */
export function encodeGpt(table: GptTable, sectors: number): EncodedGpt {
  const lastUsable = sectors - GPT_ARRAY_SECTORS - 2;
  checkGptTable(table, FIRST_USABLE, lastUsable);
  const entries = encodeEntries(table.partitions);
  const backupStart = sectors - GPT_ARRAY_SECTORS - 1;
  const header = (own: number, other: number, array: number): Buffer =>
    encodeHeader({ own, other, array, lastUsable, diskGuid: table.diskGuid, arrayCrc: crc32(entries) });
  return {
    primary: Buffer.concat([protectiveMbr(sectors), header(1, sectors - 1, 2), entries]),
    backup: Buffer.concat([entries, header(sectors - 1, 1, backupStart)]),
    backupStart,
  };
}

/** Throws `partition-table-invalid`, naming every problem. */
export function checkGptTable({ partitions }: GptTable, firstUsable: number, lastUsable: number): void {
  const problems: string[] = [];
  for (const { number, start, sectors, label = "" } of partitions) {
    const name = `partition ${number}`;
    if (!Number.isInteger(number) || number < 1 || number > GPT_ENTRIES) problems.push(`${name} has no place`);
    if (!Number.isSafeInteger(start) || !Number.isSafeInteger(sectors) || sectors < 1 || start < firstUsable) {
      problems.push(`${name} cannot start at sector ${start} with ${sectors} sectors`);
    } else if (start + sectors - 1 > lastUsable) {
      problems.push(`${name} ends at sector ${start + sectors - 1}, after the last usable one, ${lastUsable}`);
    }
    if (label.length > 36) problems.push(`${name} has a label of more than 36 characters`);
  }
  const numbers = new Set(partitions.map(({ number }) => number));
  if (numbers.size < partitions.length) problems.push("a number is used twice");
  if (new Set(partitions.map(({ guid }) => guid.toLowerCase())).size < partitions.length)
    problems.push("a PARTUUID is used twice");
  const inOrder = partitions.toSorted((a, b) => a.start - b.start);
  for (const [index, next] of inOrder.entries()) {
    const previous = inOrder[index - 1];
    if (previous !== undefined && previous.start + previous.sectors > next.start)
      problems.push(`partitions ${previous.number} and ${next.number} overlap`);
  }
  if (problems.length > 0) {
    throw new IcosError("partition-table-invalid", `The partition table is not valid: ${problems.join("; ")}.`, {
      details: { problems },
    });
  }
}

function encodeEntries(partitions: readonly GptPartition[]): Buffer {
  const entries = Buffer.alloc(GPT_ENTRIES * GPT_ENTRY_SIZE);
  for (const { number, start, sectors, typeGuid, guid, attributes = 0n, label = "" } of partitions) {
    const at = (number - 1) * GPT_ENTRY_SIZE;
    guidToBytes(typeGuid).copy(entries, at);
    guidToBytes(guid).copy(entries, at + 16);
    entries.writeBigUInt64LE(BigInt(start), at + 32);
    entries.writeBigUInt64LE(BigInt(start + sectors - 1), at + 40);
    entries.writeBigUInt64LE(attributes, at + 48);
    entries.write(label, at + 56, "utf16le");
  }
  return entries;
}

interface Header {
  readonly own: number;
  readonly other: number;
  readonly array: number;
  readonly lastUsable: number;
  readonly diskGuid: string;
  readonly arrayCrc: number;
}

/** UEFI 2.10, table 5.5. */
function encodeHeader({ own, other, array, lastUsable, diskGuid, arrayCrc }: Header): Buffer {
  const header = Buffer.alloc(GPT_SECTOR);
  header.write("EFI PART", 0, "latin1");
  header.writeUInt32LE(0x00010000, 8);
  header.writeUInt32LE(92, 12);
  header.writeBigUInt64LE(BigInt(own), 24);
  header.writeBigUInt64LE(BigInt(other), 32);
  header.writeBigUInt64LE(BigInt(FIRST_USABLE), 40);
  header.writeBigUInt64LE(BigInt(lastUsable), 48);
  guidToBytes(diskGuid).copy(header, 56);
  header.writeBigUInt64LE(BigInt(array), 72);
  header.writeUInt32LE(GPT_ENTRIES, 80);
  header.writeUInt32LE(GPT_ENTRY_SIZE, 84);
  header.writeUInt32LE(arrayCrc, 88);
  header.writeUInt32LE(crc32(header.subarray(0, 92)), 16);
  return header;
}

/** One partition of type 0xEE over the whole disk, so that tools that know no GPT leave it alone. */
function protectiveMbr(sectors: number): Buffer {
  const mbr = Buffer.alloc(GPT_SECTOR);
  mbr.set([0x00, 0x00, 0x02, 0x00, 0xee, 0xff, 0xff, 0xff], 446);
  mbr.writeUInt32LE(1, 454);
  mbr.writeUInt32LE(Math.min(sectors - 1, 0xffffffff), 458);
  mbr.set([0x55, 0xaa], 510);
  return mbr;
}
