/** Names and sizes of the store: upstream's, so that its tools find what they know (`setup-lvs.sh`). */

export const STORE_MAPPER = "vda10-crypt";
export const STORE_GROUP = "store";

export interface StoreVolume {
  readonly name: string;
  /** Device mapper doubles the hyphens of an LVM name. */
  readonly mapper: string;
  /** Below `/var/lib/ic`. */
  readonly directory: string;
}

export const STORE_VOLUMES: readonly StoreVolume[] = [
  { name: "shared-crypto", mapper: "store-shared--crypto", directory: "crypto" },
  { name: "shared-data", mapper: "store-shared--data", directory: "data" },
  { name: "shared-backup", mapper: "store-shared--backup", directory: "backup" },
];

const MIB = 1024 * 1024;
const CRYPTO_MIB = 1024;
const LARGEST_BACKUP_MIB = 180_000;

/** The LVM commands that make the store on an empty device of so many bytes; what is left stays free, to grow into. */
export function planStore(device: string, size: number): readonly string[] {
  const quarter = Math.floor(size / 4 / MIB);
  const create = (name: string, mebibytes: number): string =>
    `lvcreate --yes --zero n --wipesignatures n --name ${name} --size ${mebibytes}m ${STORE_GROUP}`;
  return [
    `vgcreate --yes --force ${STORE_GROUP} ${device}`,
    create("shared-crypto", CRYPTO_MIB),
    create("shared-data", quarter),
    create("shared-backup", Math.min(quarter, LARGEST_BACKUP_MIB)),
  ];
}
