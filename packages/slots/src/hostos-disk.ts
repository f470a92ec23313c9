import { stat } from "node:fs/promises";
import { IcosError } from "@icos/system";
import { deviceWindow, joinedDevice, type BlockDevice } from "./block-device.ts";
import { copyImage } from "./copy-image.ts";
import { openBlockDevice } from "./file-device.ts";
import type { Extent } from "./extents.ts";
import { partitionWindow, readGpt, writeGpt } from "./gpt-disk.ts";
import { GPT_SECTOR, type GptPartition, type GptTable } from "./gpt.ts";
import {
  HOSTOS_BOOT_PARTITIONS,
  HOSTOS_DISK_SIZE,
  HOSTOS_LVM_PARTITION,
  hostosTable,
  type HostosPartitionName,
} from "./hostos-partitions.ts";
import {
  guestVolumeName,
  HOSTOS_PHYSICAL_VOLUME,
  HOSTOS_VOLUMES,
  hostosVolumeGroup,
  type FixedHostosVolumeName,
  type HostosVolumeName,
} from "./hostos-volumes.ts";
import { makeNewDisk } from "./new-disk.ts";
import { logicalVolumeExtents } from "./lvm/logical-volume.ts";
import { writePhysicalVolume } from "./lvm/physical-volume.ts";
import { readPhysicalVolume } from "./lvm/read-physical-volume.ts";
import type { VolumeGroup } from "./lvm/volume-group.ts";

/** The second copy of a partition table: entries and header, at the end of the disk. */
const GPT_COPY_SECTORS = 33;

/** What can be filled: the boot partitions and the volumes. */
export type HostosDiskPart = Exclude<HostosPartitionName, "hostlvm"> | HostosVolumeName;

export interface HostosDiskOptions {
  /** Replaced when it exists; half a disk never has this name. */
  readonly path: string;
  /** Bytes; a multiple of the sector size. Default: 101 GiB. */
  readonly size?: number | undefined;
  /** Path of the image of each part that has content; the others are holes. */
  readonly images: Partial<Readonly<Record<HostosDiskPart, string>>>;
  /** Sizes of volumes in extents of 4 MiB, instead of the table's; for small disks. */
  readonly extents?: Partial<Readonly<Record<FixedHostosVolumeName, number>>> | undefined;
}

/**
 * Writes a HostOS disk: partition table, physical volume, and what the parts hold, sparse. The bytes depend on the
 * contents only. Throws `disk-image-invalid` when an image does not fit, `disk-too-small`, `partition-table-invalid`.
 */
export async function writeHostosDisk(options: HostosDiskOptions): Promise<void> {
  const { path, size = HOSTOS_DISK_SIZE, images, extents } = options;
  const table = hostosTable(size);
  const lvm = findPartition(path, table, HOSTOS_LVM_PARTITION);
  const group = hostosVolumeGroup(lvm.sectors * GPT_SECTOR, extents);
  await makeNewDisk(path, size, async (disk) => {
    await writeGpt(disk, table);
    await writePhysicalVolume(partitionWindow(disk, lvm), group, HOSTOS_PHYSICAL_VOLUME.name);
    await fillParts({ group, parts: partsOf(disk, table, group, HOSTOS_PHYSICAL_VOLUME.name) }, images);
  });
}

export interface HostosDiskCopyOptions {
  /** As in {@link HostosDiskOptions}. */
  readonly path: string;
  /** Path of a HostOS disk that is not in use. */
  readonly source: string;
  /** Path of the image of each part to fill; that part must be empty in the source. */
  readonly images: HostosDiskOptions["images"];
  /** How many guests have a disk on it; the source has one, which must be empty. Each gets what that one has. */
  readonly guests?: number | undefined;
}

/** A new disk with all that another one holds, and some of its empty parts filled. Throws as {@link writeHostosDisk}. */
export async function copyHostosDisk({ path, source, images, guests = 1 }: HostosDiskCopyOptions): Promise<void> {
  const { size } = await stat(source);
  const more = (guests - 1) * (await guestBytes(source));
  await makeNewDisk(path, size + more, async (disk) => {
    await copyImage(source, disk);
    if (guests > 1) await divideForGuests(disk, { size, guests });
    await fillParts(await openHostosDisk(disk), images);
  });
}

async function guestBytes(source: string): Promise<number> {
  const disk = await openBlockDevice(source, { readOnly: true });
  try {
    return findHostosPart(await openHostosDisk(disk), guestVolumeName(0)).size;
  } finally {
    await disk.close();
  }
}

/** Of a disk that was `size` bytes and has grown: the other volumes stay, the one of the guest becomes several. */
async function divideForGuests(disk: BlockDevice, { size, guests }: { size: number; guests: number }): Promise<void> {
  const { group } = await openHostosDisk(disk);
  const kept = HOSTOS_VOLUMES.map(({ name }) => [name, extentsOfVolume(group, name)] as const);
  const table = hostosTable(disk.size);
  const lvm = findPartition(disk.name, table, HOSTOS_LVM_PARTITION);
  // The copy of the old table is where the last guest's disk will be.
  await disk.zero(size - GPT_COPY_SECTORS * GPT_SECTOR, GPT_COPY_SECTORS * GPT_SECTOR);
  await writeGpt(disk, table);
  const divided = hostosVolumeGroup(lvm.sectors * GPT_SECTOR, Object.fromEntries(kept), guests);
  await writePhysicalVolume(partitionWindow(disk, lvm), divided, HOSTOS_PHYSICAL_VOLUME.name);
}

function extentsOfVolume({ logicalVolumes }: VolumeGroup, name: string): number {
  const volume = logicalVolumes.find((each) => each.name === name);
  return volume?.segments.reduce((sum, { extents }) => sum + extents, 0) ?? 0;
}

async function fillParts(disk: HostosDisk, images: HostosDiskOptions["images"]): Promise<void> {
  for (const [part, image] of Object.entries(images)) {
    if (image !== undefined) await copyImage(image, findHostosPart(disk, part));
  }
}

/** A HostOS disk that is not in use, part by part. */
export interface HostosDisk {
  readonly group: VolumeGroup;
  /** The boot partitions, and the volumes that lie wholly on this disk. */
  readonly parts: ReadonlyMap<string, HostosPart>;
}

/** A part of a disk as a device, and where it lies. */
export interface HostosPart extends BlockDevice {
  /** On the disk, in bytes, in order. */
  readonly extents: readonly Extent[];
}

/**
 * The parts of a HostOS disk from outside, without a device mapper: to fill a volume or to look at `grubenv`. Throws
 * `partition-table-invalid` or `lvm-metadata-invalid`, naming every problem.
 */
export async function openHostosDisk(disk: BlockDevice): Promise<HostosDisk> {
  const table = await readGpt(disk);
  const lvm = partitionWindow(disk, findPartition(disk.name, table, HOSTOS_LVM_PARTITION));
  const { group, volume } = await readPhysicalVolume(lvm);
  return { group, parts: partsOf(disk, table, group, volume.name) };
}

/** One part of a disk. Throws `hostos-disk-invalid` when it is not there. */
export function findHostosPart({ parts }: HostosDisk, name: string): HostosPart {
  const part = parts.get(name);
  if (part !== undefined) return part;
  throw new IcosError("hostos-disk-invalid", `The disk has no ${name}; it has ${[...parts.keys()].join(", ")}.`);
}

function partsOf(
  disk: BlockDevice,
  table: GptTable,
  group: VolumeGroup,
  physicalVolume: string,
): Map<string, HostosPart> {
  const parts = new Map<string, HostosPart>();
  const add = (name: string, title: string, extents: readonly Extent[]): void => {
    const windows = extents.map(({ offset, length: size }) => deviceWindow(disk, { name: title, offset, size }));
    parts.set(name, { ...joinedDevice(title, windows), extents });
  };
  const rangeOf = ({ start, sectors }: GptPartition): Extent => ({
    offset: start * GPT_SECTOR,
    length: sectors * GPT_SECTOR,
  });
  for (const { name, guid } of HOSTOS_BOOT_PARTITIONS)
    add(name, `the partition ${name}`, [rangeOf(findPartition(disk.name, table, { guid }))]);
  const lvm = rangeOf(findPartition(disk.name, table, HOSTOS_LVM_PARTITION));
  for (const { name, segments } of group.logicalVolumes) {
    if (segments.some((segment) => segment.physicalVolume !== physicalVolume)) continue;
    const extents = logicalVolumeExtents(group, name).map(({ offset, length }) => ({
      offset: lvm.offset + offset,
      length,
    }));
    add(name, `the volume ${name}`, extents);
  }
  return parts;
}

function findPartition(disk: string, { partitions }: GptTable, { guid }: { readonly guid: string }): GptPartition {
  const found = partitions.find((each) => each.guid.toLowerCase() === guid);
  if (found !== undefined) return found;
  throw new IcosError("hostos-disk-invalid", `${disk} has no partition ${guid}; it is not a HostOS disk.`, {
    place: { file: disk },
  });
}
