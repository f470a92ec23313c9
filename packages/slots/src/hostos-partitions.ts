import { IcosError } from "@icos/system";
import { withLastPartition } from "./gpt-disk.ts";
import type { GptPartition, GptTable } from "./gpt.ts";
import { SECTOR_SIZE, TYPE_EFI, TYPE_LINUX } from "./guestos-partitions.ts";

export type HostosPartitionName = "esp" | "grub" | "hostlvm";

const MIB = 2048;

/** The first two partitions of a HostOS disk, in sectors of 512 bytes (upstream: `ic-os/hostos/partitions.csv`). */
export const HOSTOS_BOOT_PARTITIONS: readonly (GptPartition & { readonly name: "esp" | "grub" })[] = [
  {
    number: 1,
    name: "esp",
    start: 2048,
    sectors: 100 * MIB,
    typeGuid: TYPE_EFI,
    guid: "f46600e3-d0e6-4258-9607-e64b13cf7595",
  },
  {
    number: 2,
    name: "grub",
    start: 206848,
    sectors: 100 * MIB,
    typeGuid: TYPE_LINUX,
    guid: "1a7c28b7-efe0-4f17-9230-678cf2df8db2",
  },
];

/** The third partition, an LVM physical volume, which takes the rest of the disk. */
export const HOSTOS_LVM_PARTITION = {
  number: 3,
  typeGuid: TYPE_LINUX,
  guid: "735a766a-2047-45c2-ab48-d5ec948de550",
} as const;

/** Not upstream's: its tool draws a new one for each image. */
export const HOSTOS_DISK_GUID = "5c0f3d0e-6a7b-4f3c-9a51-0b1f6b1d7e42";

/**
 * Size of a disk whose physical volume has 100 GiB, as that of upstream's image, which is grown at the installation.
 * The mebibyte at the end holds the table's second copy.
 */
export const HOSTOS_DISK_SIZE = 100 * 1024 ** 3 + 202 * 1024 ** 2;

/** The partition table of a HostOS disk of `size` bytes. Throws `partition-table-invalid`. */
export function hostosTable(size: number): GptTable {
  if (!Number.isSafeInteger(size) || size % SECTOR_SIZE !== 0)
    throw new IcosError("disk-image-invalid", `A disk cannot have ${size} bytes; it is made of 512-byte sectors.`);
  const table = { diskGuid: HOSTOS_DISK_GUID, partitions: HOSTOS_BOOT_PARTITIONS };
  return withLastPartition(table, size / SECTOR_SIZE, HOSTOS_LVM_PARTITION);
}
