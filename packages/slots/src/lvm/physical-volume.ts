import { IcosError } from "@icos/system";
import type { BlockDevice } from "../block-device.ts";
import { lvmCrc } from "./crc.ts";
import { renderVolumeGroup } from "./metadata-text.ts";
import { packLvmUuid } from "./uuid.ts";
import { LVM_SECTOR, volumeGroupProblems, type VolumeGroup } from "./volume-group.ts";

/** Where the label lies: LVM2 looks in the first four sectors and writes to the second. */
const LABEL_SECTOR = 1;
/** The metadata area begins one page into the device and ends where the extents begin. */
export const METADATA_START = 4096;
/** The first extent, as LVM2 places it: on a whole mebibyte. */
export const EXTENTS_START = 1024 ** 2;
/** The area's own header; the ring of texts follows. */
export const AREA_HEADER = 512;
export const AREA_MAGIC = Buffer.from(" LVM2 x[5A%r0N*>", "latin1");

/** Extents that fit into a device of `size` bytes. */
export function extentsOf(size: number, extentSize: number): number {
  return Math.max(0, Math.floor((size - EXTENTS_START) / extentSize));
}

/**
 * Makes a device the physical volume `name` of a group: label, metadata area, text; what the extents hold is left
 * alone. The label comes last: after a crash the device is a whole physical volume or none of this group.
 * Throws `lvm-metadata-invalid`.
 */
export async function writePhysicalVolume(device: BlockDevice, group: VolumeGroup, name: string): Promise<void> {
  const problems = volumeGroupProblems(group);
  const volume = group.physicalVolumes.find((each) => each.name === name);
  if (volume === undefined) problems.push(`${name} is not one of its physical volumes`);
  else {
    if (volume.size !== device.size) problems.push(`${name} has ${volume.size} bytes, the device ${device.size}`);
    if (volume.start !== EXTENTS_START) problems.push(`${name} has its first extent at byte ${volume.start}`);
  }
  const text = Buffer.from(`${renderVolumeGroup(group)}\0`);
  // LVM2 keeps room for the old text beside the new one.
  if (text.length > (EXTENTS_START - METADATA_START - AREA_HEADER) / 2)
    problems.push(`its text has ${text.length} bytes`);
  if (volume === undefined || problems.length > 0) {
    throw new IcosError("lvm-metadata-invalid", `Volume group ${group.name} is not valid: ${problems.join("; ")}.`, {
      place: { file: device.name },
      details: { problems },
    });
  }
  await device.zero(LABEL_SECTOR * LVM_SECTOR, LVM_SECTOR);
  await device.write(METADATA_START, Buffer.concat([encodeAreaHeader(text), text]));
  await device.flush();
  await device.write(LABEL_SECTOR * LVM_SECTOR, encodeLabel(volume.id, device.size));
  await device.flush();
}

/** Label and header of a physical volume (lvm2: `lib/label/label.h`, `lib/format_text/layout.h`). */
function encodeLabel(id: string, size: number): Buffer {
  const label = Buffer.alloc(LVM_SECTOR);
  label.write("LABELONE", 0, "latin1");
  label.writeBigUInt64LE(BigInt(LABEL_SECTOR), 8);
  label.writeUInt32LE(32, 20); // where the header of the physical volume starts
  label.write("LVM2 001", 24, "latin1");
  label.write(packLvmUuid(id), 32, "latin1");
  const areas = [
    [size, EXTENTS_START, 0], // the device; the extents, to its end
    [0, 0], // no further data area
    [METADATA_START, EXTENTS_START - METADATA_START],
    [0, 0], // no further metadata area
  ].flat();
  let at = 64;
  for (const value of areas) at = label.writeBigUInt64LE(BigInt(value), at);
  label.writeUInt32LE(2, at); // version of the extension
  label.writeUInt32LE(1, at + 4); // the volume is used by a group
  label.writeUInt32LE(lvmCrc(label.subarray(20)), 16);
  return label;
}

function encodeAreaHeader(text: Buffer): Buffer {
  const header = Buffer.alloc(AREA_HEADER);
  AREA_MAGIC.copy(header, 4);
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(BigInt(METADATA_START), 24);
  header.writeBigUInt64LE(BigInt(EXTENTS_START - METADATA_START), 32);
  header.writeBigUInt64LE(BigInt(AREA_HEADER), 40); // the text in force: offset in the area, length, checksum
  header.writeBigUInt64LE(BigInt(text.length), 48);
  header.writeUInt32LE(lvmCrc(text), 56);
  header.writeUInt32LE(lvmCrc(header.subarray(4)), 0);
  return header;
}
