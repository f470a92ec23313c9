import { IcosError } from "@icos/system";
import { copyImage } from "./copy-image.ts";
import { partitionWindow } from "./gpt-disk.ts";
import { encodeGpt, GPT_SECTOR } from "./gpt.ts";
import {
  GUESTOS_DISK_SIZE,
  GUESTOS_PARTITIONS,
  GUESTOS_TABLE,
  type GuestosPartitionName,
} from "./guestos-partitions.ts";
import { makeNewDisk } from "./new-disk.ts";

export interface DiskImageOptions {
  /** Replaced when it exists; half an image never has this name. */
  readonly path: string;
  /** Bytes; a multiple of the sector size. Default: 50 GiB. */
  readonly size?: number | undefined;
  /** Path of the image of each partition that has content; the others are holes. */
  readonly images: Partial<Readonly<Record<GuestosPartitionName, string>>>;
}

/**
 * Writes a GuestOS disk image: partition table and partition contents, sparse. The bytes depend on the contents
 * only. Throws `disk-image-invalid` when an image does not fit its partition.
 */
export async function writeDiskImage({ path, size = GUESTOS_DISK_SIZE, images }: DiskImageOptions): Promise<void> {
  if (!Number.isSafeInteger(size) || size % GPT_SECTOR !== 0)
    throw new IcosError("disk-image-invalid", `A disk cannot have ${size} bytes; it is made of 512-byte sectors.`);
  const gpt = encodeGpt(GUESTOS_TABLE, size / GPT_SECTOR);
  await makeNewDisk(path, size, async (disk) => {
    await disk.write(0, gpt.primary);
    await disk.write(gpt.backupStart * GPT_SECTOR, gpt.backup);
    for (const partition of GUESTOS_PARTITIONS) {
      const image = images[partition.name];
      if (image === undefined) continue;
      await copyImage(image, { ...partitionWindow(disk, partition), name: `the partition ${partition.name}` });
    }
  });
}
