import { STORE_PARTITION_NUMBER, type GptTable } from "@icos/slots";
import { IcosError } from "@icos/system";

/** A device-mapper device and its table (dmsetup(8)). */
export interface MappedDevice {
  readonly name: string;
  readonly table: string;
}

/** What the upgrade VM has for a disk. */
export const UPGRADE_DISK = "upgrade-guestos";
const STORE = "guestos-data";
const STORE_SNAPSHOT = "guestos-data-snapshot";
/** Sectors of 512 bytes that are copied together. */
const CHUNK_SECTORS = 8;

export interface UpgradeDiskInput {
  /** The guest's volume. */
  readonly device: string;
  /** Sectors of 512 bytes. */
  readonly sectors: number;
  readonly table: GptTable;
  /** Takes what the upgrade VM writes to the store; gone when the VM is. */
  readonly scratch: string;
}

/**
 * The disk of the upgrade VM (upstream): the guest's own, with a layer over the store that takes every write to it. The upgrade VM
 * can open the store and cannot change it. Devices in the order in which they are made. Pure. Throws `not-a-node-disk`.
 */
export function planUpgradeDisk({ device, sectors, table, scratch }: UpgradeDiskInput): readonly MappedDevice[] {
  const { partitions } = table;
  const store = partitions.find(({ number }) => number === STORE_PARTITION_NUMBER);
  if (store === undefined || partitions.length !== STORE_PARTITION_NUMBER) {
    throw new IcosError(
      "not-a-node-disk",
      `The guest's disk ${device} has ${partitions.length} partitions and not the ${STORE_PARTITION_NUMBER} of a node that has run.`,
      { next: "Start the guest once: it makes its store then.", place: { file: device } },
    );
  }
  const end = store.start + store.sectors;
  if (end >= sectors) {
    throw new IcosError("not-a-node-disk", `The store of ${device} ends at sector ${end}, after the disk's end.`, {
      place: { file: device },
    });
  }
  return [
    { name: STORE, table: `0 ${store.sectors} linear ${device} ${store.start}` },
    { name: STORE_SNAPSHOT, table: `0 ${store.sectors} snapshot ${mapped(STORE)} ${scratch} N ${CHUNK_SECTORS}` },
    {
      name: UPGRADE_DISK,
      table: [
        `0 ${store.start} linear ${device} 0`,
        `${store.start} ${store.sectors} linear ${mapped(STORE_SNAPSHOT)} 0`,
        `${end} ${sectors - end} linear ${device} ${end}`,
      ].join("\n"),
    },
  ];
}

/** In the order in which they can be removed: each is used by the one before it. */
export const UPGRADE_DEVICES = [UPGRADE_DISK, STORE_SNAPSHOT, STORE] as const;

function mapped(name: string): string {
  return `/dev/mapper/${name}`;
}
