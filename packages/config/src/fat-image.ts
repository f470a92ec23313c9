const SECTOR = 512;
const ENTRY = 32;
const RESERVED_SECTORS = 1;
const TABLES = 2;
const ROOT_ENTRIES = 512;
const ROOT_SECTORS = (ROOT_ENTRIES * ENTRY) / SECTOR;
/** From here on a file system of so many clusters is FAT16 (Microsoft, FAT specification 1.03). */
const FEWEST_CLUSTERS = 4_085;
const MOST_CLUSTERS = 65_524;
const FIXED_DISK = 0xf8;
const END_OF_CHAIN = 0xffff;
/** 1980-01-01, the first day that FAT can write. */
const FIRST_DAY = 0x0021;
const VOLUME_LABEL = 0x08;
const ARCHIVE = 0x20;
const LONG_NAME = 0x0f;
const LONG_NAME_LAST = 0x40;
const UNITS_AT = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];

export interface FatImageOptions {
  /** At most 11 capital letters and digits. */
  readonly label: string;
  readonly volumeId: number;
  /** The only file: a long name, and the short one that old readers see, eight and three characters without the dot. */
  readonly file: { readonly name: string; readonly shortName: string; readonly content: Uint8Array };
  /** Bytes, whole sectors: at least 4 MiB and with room for the file. */
  readonly size: number;
}

/** A FAT16 file system with one file in its root. The same options give the same bytes. Pure. */
export function buildFatImage({ label, volumeId, file, size }: FatImageOptions): Buffer {
  const sectors = size / SECTOR;
  let perCluster = 1;
  while (sectors / perCluster > MOST_CLUSTERS) perCluster *= 2;
  const tableSectors = Math.ceil(((Math.floor(sectors / perCluster) + 2) * 2) / SECTOR);
  const rootStart = (RESERVED_SECTORS + TABLES * tableSectors) * SECTOR;
  const dataStart = rootStart + ROOT_SECTORS * SECTOR;
  const clusters = Math.floor((size - dataStart) / (perCluster * SECTOR));
  const used = Math.ceil(file.content.length / (perCluster * SECTOR));
  if (!Number.isInteger(sectors) || clusters < FEWEST_CLUSTERS || used > clusters || file.content.length === 0) {
    throw new RangeError(`A FAT16 file system of ${size} bytes cannot hold ${file.content.length} bytes.`);
  }
  const image = Buffer.alloc(size);
  bootSector({ label, volumeId, sectors, perCluster, tableSectors }).copy(image);
  const table = fileTable(used, tableSectors);
  for (let copy = 0; copy < TABLES; copy += 1) table.copy(image, (RESERVED_SECTORS + copy * tableSectors) * SECTOR);
  const volume = shortEntry(label.padEnd(11), VOLUME_LABEL, 0, 0);
  const entry = shortEntry(file.shortName, ARCHIVE, 2, file.content.length);
  Buffer.concat([volume, ...longEntries(file.name, file.shortName), entry]).copy(image, rootStart);
  image.set(file.content, dataStart);
  return image;
}

interface BootSector {
  readonly label: string;
  readonly volumeId: number;
  readonly sectors: number;
  readonly perCluster: number;
  readonly tableSectors: number;
}

function bootSector({ label, volumeId, sectors, perCluster, tableSectors }: BootSector): Buffer {
  const sector = Buffer.alloc(SECTOR);
  sector.set([0xeb, 0x3c, 0x90], 0);
  sector.write("mkfs.fat", 3, "latin1");
  sector.writeUInt16LE(SECTOR, 11);
  sector.writeUInt8(perCluster, 13);
  sector.writeUInt16LE(RESERVED_SECTORS, 14);
  sector.writeUInt8(TABLES, 16);
  sector.writeUInt16LE(ROOT_ENTRIES, 17);
  if (sectors < 0x10000) sector.writeUInt16LE(sectors, 19);
  else sector.writeUInt32LE(sectors, 32);
  sector.writeUInt8(FIXED_DISK, 21);
  sector.writeUInt16LE(tableSectors, 22);
  sector.writeUInt16LE(32, 24); // sectors a track
  sector.writeUInt16LE(64, 26); // heads
  sector.writeUInt8(0x80, 36); // drive
  sector.writeUInt8(0x29, 38); // volume id, label and type follow
  sector.writeUInt32LE(volumeId, 39);
  sector.write(label.padEnd(11), 43, "latin1");
  sector.write("FAT16   ", 54, "latin1");
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}

/** One chain from cluster 2 on. */
function fileTable(used: number, tableSectors: number): Buffer {
  const table = Buffer.alloc(tableSectors * SECTOR);
  table.writeUInt16LE(0xff00 | FIXED_DISK, 0);
  table.writeUInt16LE(END_OF_CHAIN, 2);
  for (let index = 0; index < used; index += 1) {
    table.writeUInt16LE(index === used - 1 ? END_OF_CHAIN : index + 3, (index + 2) * 2);
  }
  return table;
}

function shortEntry(name: string, attributes: number, cluster: number, size: number): Buffer {
  const entry = Buffer.alloc(ENTRY);
  entry.write(name, 0, "latin1");
  entry.writeUInt8(attributes, 11);
  for (const at of [16, 18, 24]) entry.writeUInt16LE(FIRST_DAY, at);
  entry.writeUInt16LE(cluster, 26);
  entry.writeUInt32LE(size, 28);
  return entry;
}

/** The parts of a long name, the last first, bound to the short name by its sum. */
function longEntries(name: string, shortName: string): Buffer[] {
  let sum = 0;
  for (const byte of Buffer.from(shortName, "latin1")) sum = ((sum >> 1) + ((sum & 1) << 7) + byte) & 0xff;
  const parts = name.match(/.{1,13}/gu) ?? [];
  return parts
    .map((part, index) => {
      const entry = Buffer.alloc(ENTRY);
      entry.writeUInt8((index + 1) | (index === parts.length - 1 ? LONG_NAME_LAST : 0), 0);
      entry.writeUInt8(LONG_NAME, 11);
      entry.writeUInt8(sum, 13);
      for (const [unit, at] of UNITS_AT.entries()) {
        entry.writeUInt16LE(unit < part.length ? part.charCodeAt(unit) : unit === part.length ? 0 : 0xffff, at);
      }
      return entry;
    })
    .reverse();
}
