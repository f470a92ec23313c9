import { open, type FileHandle } from "node:fs/promises";
import { openBlockDevice, readGpt, SECTOR_SIZE } from "@icos/slots";
import { IcosError } from "@icos/system";
import type { DiskAccess, DiskRange } from "./disk-image.ts";
import { readExt4Superblock } from "./ext4-superblock.ts";

const CHUNK_BYTES = 4 * 1024 * 1024;

/**
 * Parts of a disk that is a block device or a raw file, without QEMU's tools. A clean file system is read in place; one
 * whose journal is still to be replayed is copied first. Nothing here keeps a machine from using the disk at the same
 * time: whoever writes holds it (`holdDisk`), or the QEMU that he has started does.
 */
export function createBlockDiskAccess(path: string): DiskAccess {
  const access: DiskAccess = {
    name: path,
    async ext4({ offset, length }, scratch) {
      const { needsRecovery, size } = await readExt4Superblock({ path, offset });
      if (!needsRecovery) return { path, offset, journal: "clean" };
      await access.copyOut({ offset, length: Math.min(length, size) }, scratch);
      return { path: scratch, offset: 0, journal: "replay" };
    },
    copyOut: (range, target) => copyOut(path, range, target),
    async write(offset, content) {
      const disk = await openBlockDevice(path);
      try {
        await disk.write(offset, content);
        await disk.flush();
      } finally {
        await disk.close();
      }
    },
  };
  return access;
}

async function copyOut(path: string, { offset, length }: DiskRange, target: string): Promise<void> {
  const input = await open(path, "r");
  const output = await open(target, "w", 0o600);
  try {
    await output.truncate(length);
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, length));
    for (let done = 0; done < length; done += buffer.length) {
      const part = buffer.subarray(0, Math.min(buffer.length, length - done));
      await readAll(input, part, offset + done, path);
      if (part.some((byte) => byte !== 0)) await output.write(part, 0, part.length, done);
    }
  } finally {
    await output.close();
    await input.close();
  }
}

async function readAll(file: FileHandle, into: Buffer, offset: number, path: string): Promise<void> {
  for (let done = 0; done < into.length;) {
    const { bytesRead } = await file.read(into, done, into.length - done, offset + done);
    if (bytesRead === 0) {
      throw new IcosError("disk-access-failed", `The disk ${path} ends before byte ${offset + into.length}.`, {
        place: { file: path },
      });
    }
    done += bytesRead;
  }
}

/** Where the partition with this GUID lies, by the disk's own table. Throws `partition-missing`, `partition-table-invalid`. */
export async function findPartition(path: string, partition: { readonly guid: string; readonly name: string }) {
  const disk = await openBlockDevice(path, { readOnly: true });
  try {
    const table = await readGpt(disk);
    const found = table.partitions.find(({ guid }) => guid.toLowerCase() === partition.guid.toLowerCase());
    if (found !== undefined) return { offset: found.start * SECTOR_SIZE, length: found.sectors * SECTOR_SIZE };
  } finally {
    await disk.close();
  }
  throw new IcosError("partition-missing", `The disk ${path} has no partition ${partition.name} (${partition.guid}).`, {
    next: "Install GuestOS again.",
    place: { file: path },
  });
}
