import { IcosError } from "@icos/system";
import type { BlockDevice } from "./block-device.ts";
import { copyImage } from "./copy-image.ts";
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
  HOSTOS_PHYSICAL_VOLUME,
  hostosVolumeGroup,
  type FixedHostosVolumeName,
  type HostosVolumeName,
} from "./hostos-volumes.ts";
import { makeNewDisk } from "./new-disk.ts";
import { logicalVolumeDevice } from "./lvm/logical-volume.ts";
import { writePhysicalVolume } from "./lvm/physical-volume.ts";
import { readPhysicalVolume } from "./lvm/read-physical-volume.ts";
import type { VolumeGroup } from "./lvm/volume-group.ts";

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
    const layout = { group, parts: partsOf(disk, table, group, HOSTOS_PHYSICAL_VOLUME.name) };
    for (const [part, image] of Object.entries(images)) {
      if (image !== undefined) await copyImage(image, findHostosPart(layout, part));
    }
  });
}

/** A HostOS disk that is not in use, part by part. */
export interface HostosDisk {
  readonly group: VolumeGroup;
  /** The boot partitions, and the volumes that lie wholly on this disk. */
  readonly parts: ReadonlyMap<string, BlockDevice>;
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
export function findHostosPart({ parts }: HostosDisk, name: string): BlockDevice {
  const part = parts.get(name);
  if (part !== undefined) return part;
  throw new IcosError("hostos-disk-invalid", `The disk has no ${name}; it has ${[...parts.keys()].join(", ")}.`);
}

function partsOf(
  disk: BlockDevice,
  table: GptTable,
  group: VolumeGroup,
  physicalVolume: string,
): Map<string, BlockDevice> {
  const parts = new Map<string, BlockDevice>();
  for (const { name, guid } of HOSTOS_BOOT_PARTITIONS) {
    const window = partitionWindow(disk, findPartition(disk.name, table, { guid }));
    parts.set(name, { ...window, name: `the partition ${name}` });
  }
  const lvm = partitionWindow(disk, findPartition(disk.name, table, HOSTOS_LVM_PARTITION));
  const devices = new Map([[physicalVolume, lvm]]);
  for (const { name, segments } of group.logicalVolumes) {
    if (segments.some((segment) => segment.physicalVolume !== physicalVolume)) continue;
    const volume = logicalVolumeDevice(group, name, devices);
    parts.set(name, { ...volume, name: `the volume ${name}` });
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
