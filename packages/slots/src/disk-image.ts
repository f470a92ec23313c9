import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { IcosError } from "@icos/system";
import { encodeGpt, GPT_SECTOR } from "./gpt.ts";
import {
  GUESTOS_DISK_SIZE,
  GUESTOS_PARTITIONS,
  GUESTOS_TABLE,
  type GuestosPartitionName,
} from "./guestos-partitions.ts";
import { findData, readFully, writeFully } from "./sparse-file.ts";

export interface DiskImageOptions {
  /** Replaced when it exists; half an image never has this name. */
  readonly path: string;
  /** Bytes; a multiple of the sector size. Default: 50 GiB. */
  readonly size?: number | undefined;
  /** Path of the image of each partition that has content; the others are holes. */
  readonly images: Partial<Readonly<Record<GuestosPartitionName, string>>>;
}

/** Blocks of zeros of this size stay holes. */
const BLOCK = 64 * 1024;
const CHUNK = 4 * 1024 * 1024;

/**
 * Writes a GuestOS disk image: partition table and partition contents, sparse. The bytes depend on the contents
 * only. Throws `disk-image-invalid` when an image does not fit its partition.
 */
export async function writeDiskImage({ path, size = GUESTOS_DISK_SIZE, images }: DiskImageOptions): Promise<void> {
  if (!Number.isSafeInteger(size) || size % GPT_SECTOR !== 0)
    throw new IcosError("disk-image-invalid", `A disk cannot have ${size} bytes; it is made of 512-byte sectors.`);
  const gpt = encodeGpt(GUESTOS_TABLE, size / GPT_SECTOR);
  const temporary = `${path}.partial`;
  try {
    await rm(temporary, { force: true });
    await using disk = await open(temporary, "wx", 0o644);
    await disk.truncate(size);
    await writeFully(disk, gpt.primary, 0);
    await writeFully(disk, gpt.backup, gpt.backupStart * GPT_SECTOR);
    for (const { name, start, sectors } of GUESTOS_PARTITIONS) {
      const image = images[name];
      if (image !== undefined) await copyImage(image, disk, { name, start, size: sectors * GPT_SECTOR });
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function copyImage(
  path: string,
  disk: FileHandle,
  partition: { readonly name: string; readonly start: number; readonly size: number },
): Promise<void> {
  await using image = await open(path, "r");
  const { size } = await image.stat();
  if (size > partition.size) {
    throw new IcosError(
      "disk-image-invalid",
      `${path} has ${size} bytes; the partition ${partition.name} has ${partition.size}.`,
      { place: { file: path } },
    );
  }
  const buffer = Buffer.allocUnsafe(CHUNK);
  for (const { offset, length } of await findData(image, size, BLOCK)) {
    for (let at = 0; at < length; at += CHUNK) {
      const part = buffer.subarray(0, Math.min(CHUNK, length - at));
      await readFully(image, part, offset + at);
      await writeFully(disk, part, partition.start * GPT_SECTOR + offset + at);
    }
  }
}
