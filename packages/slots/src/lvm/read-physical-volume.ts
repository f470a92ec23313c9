import { IcosError } from "@icos/system";
import type { BlockDevice } from "../block-device.ts";
import { lvmCrc } from "./crc.ts";
import { AREA_HEADER, AREA_MAGIC } from "./physical-volume.ts";
import { readMetadataText } from "./read-metadata-text.ts";
import { unpackLvmUuid } from "./uuid.ts";
import { LVM_SECTOR, type PhysicalVolume, type VolumeGroup } from "./volume-group.ts";

/** A physical volume as it was found on a device. */
export interface FoundPhysicalVolume {
  readonly group: VolumeGroup;
  readonly volume: PhysicalVolume;
}

/** The text in force begins anew at the ring's start when it reaches its end. */
const LONGEST_TEXT = 16 * 1024 ** 2;

/**
 * Reads and checks label, metadata area and text of a device; that of LVM2's own tools too, as long as every volume is
 * linear. Throws `lvm-metadata-invalid`, naming every problem.
 */
export async function readPhysicalVolume(device: BlockDevice): Promise<FoundPhysicalVolume> {
  const problems: string[] = [];
  const found = await findVolume(device, problems);
  if (found !== undefined && problems.length === 0) return found;
  throw new IcosError(
    "lvm-metadata-invalid",
    `${device.name} is not a physical volume that can be used: ${problems.join("; ")}.`,
    { place: { file: device.name }, details: { problems } },
  );
}

async function findVolume(device: BlockDevice, problems: string[]): Promise<FoundPhysicalVolume | undefined> {
  const label = await findLabel(device, problems);
  if (label === undefined) return undefined;
  const text = await readArea(device, label.area, problems);
  if (text === undefined) return undefined;
  const { group, problems: wrong } = readMetadataText(text);
  problems.push(...wrong.map((problem) => `metadata: ${problem}`));
  if (group === undefined) return undefined;
  const volume = group.physicalVolumes.find(({ id }) => id === label.id);
  if (volume === undefined) {
    problems.push(`the group ${group.name} does not know the volume ${label.id}`);
    return undefined;
  }
  // The label wins in LVM2 when a device has grown; a device that shrank has lost extents.
  if (volume.size > device.size)
    problems.push(`${volume.name} has ${volume.size} bytes in the metadata; the device has ${device.size}`);
  if (label.extentsStart !== volume.start)
    problems.push(`the extents start at byte ${label.extentsStart} in the label, at ${volume.start} in the metadata`);
  return { group, volume };
}

interface Area {
  readonly offset: number;
  readonly size: number;
}

interface Label {
  readonly id: string;
  readonly extentsStart: number;
  readonly area: Area;
}

async function findLabel(device: BlockDevice, problems: string[]): Promise<Label | undefined> {
  const sectors = await device.read(0, Math.min(4 * LVM_SECTOR, Math.floor(device.size / LVM_SECTOR) * LVM_SECTOR));
  for (let sector = 0; sector < sectors.length / LVM_SECTOR; sector += 1) {
    const label = sectors.subarray(sector * LVM_SECTOR, (sector + 1) * LVM_SECTOR);
    if (label.toString("latin1", 0, 8) === "LABELONE") return readLabel(label, sector, device.size, problems);
  }
  problems.push("none of the first four sectors is a label");
  return undefined;
}

function readLabel(label: Buffer, sector: number, size: number, problems: string[]): Label | undefined {
  const count = problems.length;
  if (label.toString("latin1", 24, 32) !== "LVM2 001") problems.push("label: type (offset 24) is not LVM2 001");
  if (label.readBigUInt64LE(8) !== BigInt(sector)) problems.push(`label: own sector (offset 8) is not ${sector}`);
  if (label.readUInt32LE(16) !== lvmCrc(label.subarray(20))) problems.push("label: checksum (offset 16) is wrong");
  const header = label.readUInt32LE(20);
  if (header < 32 || header > LVM_SECTOR - 128) problems.push(`label: offset of the header (offset 20) is ${header}`);
  if (problems.length > count) return undefined;
  const id = unpackLvmUuid(label.toString("latin1", header, header + 32));
  const reader = new AreaReader(label, header + 40);
  const data = reader.list();
  const metadata = reader.list();
  const [extents] = data;
  const [area] = metadata;
  if (data.length !== 1 || extents === undefined) problems.push(`label: ${data.length} data areas, not one`);
  if (area === undefined) problems.push("label: no metadata area");
  else if (area.size < 2 * AREA_HEADER || area.offset + area.size > size || area.offset % LVM_SECTOR !== 0)
    problems.push(`label: the metadata area of ${area.size} bytes at ${area.offset} is not inside the device`);
  if (problems.length > count || extents === undefined || area === undefined) return undefined;
  return { id, extentsStart: extents.offset, area };
}

/** Lists of (offset, size), each ended by a pair of zeros. */
class AreaReader {
  readonly #label: Buffer;
  #at: number;

  constructor(label: Buffer, at: number) {
    this.#label = label;
    this.#at = at;
  }

  list(): Area[] {
    const areas: Area[] = [];
    while (this.#at + 16 <= this.#label.length) {
      const offset = Number(this.#label.readBigUInt64LE(this.#at));
      const size = Number(this.#label.readBigUInt64LE(this.#at + 8));
      this.#at += 16;
      if (offset === 0) break;
      areas.push({ offset, size });
    }
    return areas;
  }
}

async function readArea(device: BlockDevice, area: Area, problems: string[]): Promise<string | undefined> {
  const count = problems.length;
  const header = await device.read(area.offset, AREA_HEADER);
  if (!header.subarray(4, 20).equals(AREA_MAGIC)) problems.push("metadata area: the magic (offset 4) is wrong");
  else if (header.readUInt32LE(0) !== lvmCrc(header.subarray(4)))
    problems.push("metadata area: checksum (offset 0) is wrong");
  if (problems.length > count) return undefined;
  const version = header.readUInt32LE(20);
  if (version !== 1) problems.push(`metadata area: version (offset 20) is ${version}`);
  const own = header.readBigUInt64LE(24);
  if (own !== BigInt(area.offset)) problems.push(`metadata area: own start (offset 24) is ${own}, not ${area.offset}`);
  const size = header.readBigUInt64LE(32);
  if (size !== BigInt(area.size)) problems.push(`metadata area: size (offset 32) is ${size}, not ${area.size}`);
  const offset = Number(header.readBigUInt64LE(40));
  const length = Number(header.readBigUInt64LE(48));
  if (offset === 0) problems.push("metadata area: it holds no text: the volume is in no group");
  else if (offset < AREA_HEADER || offset >= area.size || length > Math.min(area.size - AREA_HEADER, LONGEST_TEXT))
    problems.push(`metadata area: the text of ${length} bytes at ${offset} (offset 40) does not fit`);
  if ((header.readUInt32LE(60) & 1) !== 0) problems.push("metadata area: the text (offset 60) is to be ignored");
  if (problems.length > count) return undefined;
  const first = Math.min(length, area.size - offset);
  const text = Buffer.concat([
    await device.read(area.offset + offset, first),
    await device.read(area.offset + AREA_HEADER, length - first),
  ]);
  if (header.readUInt32LE(56) !== lvmCrc(text))
    problems.push("metadata area: checksum of the text (offset 56) is wrong");
  return problems.length > count ? undefined : text.toString("utf8").replace(/\0+$/, "");
}
