import { crc32 } from "node:zlib";
import { IcosError } from "@icos/system";
import { deviceWindow, type BlockDevice } from "./block-device.ts";
import {
  checkGptTable,
  encodeGpt,
  GPT_ARRAY_SECTORS,
  GPT_ENTRY_SIZE,
  GPT_SECTOR,
  type GptPartition,
  type GptTable,
} from "./gpt.ts";
import { guidFromBytes } from "./guid.ts";

/** A table read from a disk. */
export interface FoundGpt extends GptTable {
  /** Which copy was read; `backup` when the first one is damaged. */
  readonly source: "primary" | "backup";
  readonly firstUsable: number;
  readonly lastUsable: number;
}

/**
 * Writes a table. The backup comes first, and each copy is complete on the medium before the other is touched: after
 * a crash at any moment {@link readGpt} finds the old table or the new one.
 */
export async function writeGpt(device: BlockDevice, table: GptTable): Promise<void> {
  const { primary, backup, backupStart } = encodeGpt(table, Math.floor(device.size / GPT_SECTOR));
  await device.write(backupStart * GPT_SECTOR, backup);
  await device.flush();
  await device.write(0, primary);
  await device.flush();
}

/** Reads the first copy, or, when that is damaged, the one at the end. Throws `partition-table-invalid`. */
export async function readGpt(device: BlockDevice): Promise<FoundGpt> {
  const lastSector = Math.floor(device.size / GPT_SECTOR) - 1;
  const problems: string[] = [];
  for (const [source, sector] of [
    ["primary", 1],
    ["backup", lastSector],
  ] as const) {
    const found = await readCopy(device, sector, lastSector);
    if (typeof found !== "string") return { ...found, source };
    problems.push(`${source}: ${found}`);
  }
  throw new IcosError(
    "partition-table-invalid",
    `${device.name} has no readable GUID partition table (${problems.join("; ")}).`,
    { place: { file: device.name }, details: { problems } },
  );
}

/** A copy of the table, or what is wrong with it. */
async function readCopy(
  device: BlockDevice,
  sector: number,
  lastSector: number,
): Promise<Omit<FoundGpt, "source"> | string> {
  if (sector < 1 || sector > lastSector) return `there is no sector ${sector}`;
  const header = await device.read(sector * GPT_SECTOR, GPT_SECTOR);
  if (header.toString("latin1", 0, 8) !== "EFI PART") return `no signature at byte ${sector * GPT_SECTOR}`;
  const headerSize = header.readUInt32LE(12);
  if (headerSize < 92 || headerSize > GPT_SECTOR) return `header size (offset 12) is ${headerSize}`;
  const expected = header.readUInt32LE(16);
  const copy = Buffer.from(header.subarray(0, headerSize)).fill(0, 16, 20);
  if (crc32(copy) !== expected) return "header checksum (offset 16) is wrong";
  const own = header.readBigUInt64LE(24);
  if (own !== BigInt(sector)) return `own sector (offset 24) is ${own}, not ${sector}`;
  const count = header.readUInt32LE(80);
  const entrySize = header.readUInt32LE(84);
  if (count < 1 || count > 1024) return `number of entries (offset 80) is ${count}`;
  if (entrySize < GPT_ENTRY_SIZE || entrySize > 4096 || entrySize % 8 !== 0)
    return `size of an entry (offset 84) is ${entrySize}`;
  const array = header.readBigUInt64LE(72);
  const arrayBytes = count * entrySize;
  if (array < 1n || array * 512n + BigInt(arrayBytes) > BigInt(device.size))
    return `array of entries (offset 72) at sector ${array} is outside the disk`;
  const entries = await device.read(Number(array) * GPT_SECTOR, arrayBytes);
  if (crc32(entries) !== header.readUInt32LE(88)) return "checksum of the entries (offset 88) is wrong";
  const firstUsable = Number(header.readBigUInt64LE(40));
  const lastUsable = Number(header.readBigUInt64LE(48));
  const table: GptTable = { diskGuid: guidFromBytes(header.subarray(56, 72)), partitions: decode(entries, entrySize) };
  try {
    checkGptTable(table, firstUsable, Math.min(lastUsable, lastSector));
  } catch (error) {
    if (error instanceof IcosError) return error.message;
    throw error;
  }
  return { ...table, firstUsable, lastUsable };
}

function decode(entries: Buffer, entrySize: number): GptPartition[] {
  const partitions: GptPartition[] = [];
  for (let at = 0; at < entries.length; at += entrySize) {
    const typeBytes = entries.subarray(at, at + 16);
    if (typeBytes.every((byte) => byte === 0)) continue;
    const start = Number(entries.readBigUInt64LE(at + 32));
    const attributes = entries.readBigUInt64LE(at + 48);
    const label = entries.toString("utf16le", at + 56, at + 128).split("\0", 1)[0] ?? "";
    partitions.push({
      number: at / entrySize + 1,
      start,
      sectors: Number(entries.readBigUInt64LE(at + 40)) - start + 1,
      typeGuid: guidFromBytes(typeBytes),
      guid: guidFromBytes(entries.subarray(at + 16, at + 32)),
      ...(attributes === 0n ? {} : { attributes }),
      ...(label === "" ? {} : { label }),
    });
  }
  return partitions;
}

/** A partition of a disk as a device. */
export function partitionWindow(
  disk: BlockDevice,
  partition: Pick<GptPartition, "number" | "start" | "sectors">,
): BlockDevice {
  return deviceWindow(disk, {
    name: `${disk.name} partition ${partition.number}`,
    offset: partition.start * GPT_SECTOR,
    size: partition.sectors * GPT_SECTOR,
  });
}

/**
 * The table with one more partition that takes the rest of a disk of `sectors`, in whole mebibytes. Returned
 * unchanged when a partition with that number exists. Throws `partition-table-invalid` when nothing is left.
 */
export function withLastPartition(
  table: GptTable,
  sectors: number,
  partition: Pick<GptPartition, "number" | "typeGuid" | "guid">,
): GptTable {
  if (table.partitions.some(({ number }) => number === partition.number)) return table;
  const used = Math.max(2048, ...table.partitions.map(({ start, sectors: length }) => start + length));
  const start = Math.ceil(used / 2048) * 2048;
  const end = Math.floor((sectors - GPT_ARRAY_SECTORS - 1) / 2048) * 2048;
  if (end <= start) {
    throw new IcosError("partition-table-invalid", `The disk has no room left for partition ${partition.number}.`, {
      next: "Give the machine a larger disk.",
      details: { sectors, used },
    });
  }
  const last = { ...partition, start, sectors: end - start };
  return { diskGuid: table.diskGuid, partitions: [...table.partitions, last] };
}
