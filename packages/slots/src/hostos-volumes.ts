import { IcosError } from "@icos/system";
import { EXTENTS_START, extentsOf } from "./lvm/physical-volume.ts";
import type { LogicalVolume, VolumeGroup } from "./lvm/volume-group.ts";
import type { SlotPart } from "./guestos-partitions.ts";
import type { Slot } from "./slot.ts";

/** The disk of the first guest of a host, and of each further one by its number from 1. */
export type GuestVolumeName = "guestos" | `guestos${number}`;
export type HostosVolumeName = "config" | `${Slot}_${SlotPart}` | GuestVolumeName;
/** The volumes whose size does not depend on the disk. */
export type FixedHostosVolumeName = Exclude<HostosVolumeName, GuestVolumeName>;

export const HOSTOS_GROUP_NAME = "hostlvm";
/** Bytes. */
export const HOSTOS_EXTENT_SIZE = 4 * 1024 ** 2;

const GROUP_ID = "4c7GVZ-Df82-QEcJ-xXtV-JgRL-IjLE-hK0FgA";
/** The physical volume of the system disk. */
export const HOSTOS_PHYSICAL_VOLUME = { name: "pv0", id: "eu0VQE-HlTi-EyRc-GceP-xZtn-3j6t-iqEwyv" } as const;
const GUESTOS_ID = "woW7RT-t6jS-cRo2-uENw-iQXu-ni2u-AZdHpq";

/**
 * The volumes of fixed size, one behind the other, sizes in extents of 4 MiB (upstream: `ic-os/hostos/volumes.csv`).
 * `guestos` follows them and takes what is left of the disk; further guests share it with the first, in equal parts.
 */
export const HOSTOS_VOLUMES: readonly {
  readonly name: FixedHostosVolumeName;
  readonly extents: number;
  readonly id: string;
}[] = [
  { name: "config", extents: 25, id: "SIs20R-l6gh-2Rli-KAP0-ZO88-3Y4q-G9JPAm" },
  { name: "A_boot", extents: 256, id: "0BQNUA-dzGu-wvW5-mMRh-Ptr6-J6DT-Ff2a9x" },
  { name: "A_root", extents: 2560, id: "RM99J5-B2t1-JU3l-HNco-J2f2-1808-eJGo3s" },
  { name: "A_var", extents: 2560, id: "AkcyNt-TkgJ-JL7M-UNoP-jWWC-Fhvh-86QyHG" },
  { name: "B_boot", extents: 256, id: "6gl2Fd-qm1V-9E3W-Arjv-J5mW-RqFO-EgYiNC" },
  { name: "B_root", extents: 2560, id: "UVBREu-GuBh-VHHb-RUAp-jjhQ-blIy-ez3Tjr" },
  { name: "B_var", extents: 2560, id: "VNZoZ9-013f-hbEJ-Xd9C-AH6E-vAhI-KkzZ4p" },
];

/** The first one's is upstream's; the last characters say which of several it is. */
function guestVolumeId(slot: number): string {
  return slot === 0 ? GUESTOS_ID : `${GUESTOS_ID.slice(0, -3)}${String(slot).padStart(3, "0")}`;
}

/** udev's stable name of a volume on a running HostOS. */
export function hostosVolumePath(name: HostosVolumeName): string {
  return `/dev/${HOSTOS_GROUP_NAME}/${name}`;
}

/** The volume of a guest by its slot, from 0. */
export function guestVolumeName(slot: number): GuestVolumeName {
  return slot === 0 ? "guestos" : `guestos${slot}`;
}

/**
 * The group `hostlvm` on a physical volume of `size` bytes. `extents` replaces sizes of the table, for small disks.
 * Throws `disk-too-small` when nothing is left for the disks of `guests`.
 */
export function hostosVolumeGroup(
  size: number,
  extents: Partial<Readonly<Record<FixedHostosVolumeName, number>>> = {},
  guests = 1,
): VolumeGroup {
  const available = extentsOf(size, HOSTOS_EXTENT_SIZE);
  const logicalVolumes: LogicalVolume[] = [];
  let start = 0;
  const add = (name: HostosVolumeName, id: string, count: number): void => {
    logicalVolumes.push({
      name,
      id,
      segments: [{ extents: count, physicalVolume: HOSTOS_PHYSICAL_VOLUME.name, start }],
    });
    start += count;
  };
  for (const volume of HOSTOS_VOLUMES) add(volume.name, volume.id, extents[volume.name] ?? volume.extents);
  const part = Math.floor((available - start) / guests);
  if (part < 1) {
    throw new IcosError(
      "disk-too-small",
      `A physical volume of ${size} bytes has ${available} extents; the host's own volumes take ${start} of them.`,
      { next: "Use a larger disk.", details: { available, needed: start + guests } },
    );
  }
  for (let slot = 0; slot < guests; slot += 1) add(guestVolumeName(slot), guestVolumeId(slot), part);
  return {
    name: HOSTOS_GROUP_NAME,
    id: GROUP_ID,
    sequence: 1,
    extentSize: HOSTOS_EXTENT_SIZE,
    physicalVolumes: [{ ...HOSTOS_PHYSICAL_VOLUME, size, start: EXTENTS_START, extents: available }],
    logicalVolumes,
  };
}
