import type { Slot } from "./slot.ts";
import type { GptPartition, GptTable } from "./gpt.ts";

export const SECTOR_SIZE = 512;

/** EFI system partition. */
export const TYPE_EFI = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b";
/** Linux file system data. */
export const TYPE_LINUX = "0fc63daf-8483-4772-8e79-3d69d8477de4";

export type GuestosPartitionName =
  | "esp"
  | "grub"
  | "config"
  | "A_boot"
  | "A_root"
  | "A_var"
  | "B_boot"
  | "B_root"
  | "B_var";

export interface GuestosPartition extends GptPartition {
  readonly name: GuestosPartitionName;
}

const MIB = 2048;
const GIB = 1024 * MIB;

/**
 * The partitions a GuestOS disk ships with, in sectors of 512 bytes (upstream: `ic-os/guestos/partitions.csv`). The
 * tenth, `store`, is made by the node on its first boot and takes the rest of the disk ({@link storePartition}).
 */
export const GUESTOS_PARTITIONS: readonly GuestosPartition[] = [
  partition(1, "esp", 2048, 100 * MIB, TYPE_EFI, "b78084e2-3363-1346-8c25-d426f26b8928"),
  partition(2, "grub", 206848, 100 * MIB, TYPE_LINUX, "6788e4cf-f456-104e-9a34-a2c58cfb0ee6"),
  partition(3, "config", 411648, 100 * MIB, TYPE_LINUX, "a5ba3816-beaa-d74d-993e-cfa5aa6ba1f6"),
  partition(4, "A_boot", 616448, GIB, TYPE_LINUX, "ddf618fe-7244-b446-a175-3296e6b9d02e"),
  partition(5, "A_root", 2713600, 10 * GIB, TYPE_LINUX, "7c0a626e-e5ea-e543-b5c5-300eb8304db7"),
  partition(6, "A_var", 23685120, 10 * GIB, TYPE_LINUX, "22d2f5a6-1e39-d247-81cf-90c95c113e21"),
  partition(7, "B_boot", 44656640, GIB, TYPE_LINUX, "d5214e4f-f7b0-b945-9a9b-52b9188df4c5"),
  partition(8, "B_root", 46753792, 10 * GIB, TYPE_LINUX, "a78bc3a8-376c-054a-96e7-3904b915d0c5"),
  partition(9, "B_var", 67725312, 10 * GIB, TYPE_LINUX, "2237d1d1-ce96-584e-8ec5-8ae6661faae9"),
];

export const GUESTOS_DISK_GUID = "2b110bb7-cdec-7d41-b97e-893edcbe5428";

/** Size of the disk image that is shipped and of a node's disk unless its operator chose another. */
export const GUESTOS_DISK_SIZE = 50 * 1024 ** 3;

/** Where the dm-verity hash tree starts in a root partition: 128 MiB before its end. */
export const VERITY_TREE_OFFSET = 10603200512;
/** Fixed, so that equal content gives equal hashes. */
export const VERITY_SALT = "89bc06702975f10b41dd53e26eb9aef0adde93bc13d73e8f26b496dddefe2483";
export const VERITY_UUID = "1736291d-aceb-42d7-b044-43ee31d86cd4";
export const VERITY_BLOCK_SIZE = 4096;
/** The device mapper name of the opened root. */
export const VERITY_DEVICE_NAME = "vroot";

/** GPT number of the partition that a node adds on its first boot. */
export const STORE_PARTITION_NUMBER = 10;
/** An install clears this much of the target's var partition: the LUKS header, so that the new slot starts empty. */
export const VAR_WIPE_SIZE = 16 * 1024 ** 2;

export const GUESTOS_TABLE: GptTable = { diskGuid: GUESTOS_DISK_GUID, partitions: GUESTOS_PARTITIONS };

export function guestosPartition(name: GuestosPartitionName): GuestosPartition {
  const found = GUESTOS_PARTITIONS.find((each) => each.name === name);
  if (found === undefined) throw new Error(`No partition ${name}.`);
  return found;
}

export type SlotPart = "boot" | "root" | "var";

export function slotPartition(slot: Slot, part: SlotPart): GuestosPartition {
  return guestosPartition(`${slot}_${part}`);
}

/** udev's stable name of a partition. */
export function partitionDevicePath(partition: { readonly guid: string }): string {
  return `/dev/disk/by-partuuid/${partition.guid.toLowerCase()}`;
}

function partition(
  number: number,
  name: GuestosPartitionName,
  start: number,
  sectors: number,
  typeGuid: string,
  guid: string,
): GuestosPartition {
  return { number, name, start, sectors, typeGuid, guid };
}
