const SECTOR = 512;
const SECTORS_PER_CLUSTER = 4;
const ROOT_ENTRIES = 512;
/** Enough clusters that the file system is FAT16 and not FAT12. */
const CLUSTERS = 5000;

/** A FAT16 medium with one file, made without tools: for tests of what reads a medium. */
export function memoryFat(label: string, name: string, content: Uint8Array): Buffer {
  const tableSectors = Math.ceil(((CLUSTERS + 2) * 2) / SECTOR);
  const rootStart = (1 + tableSectors) * SECTOR;
  const dataStart = rootStart + ROOT_ENTRIES * 32;
  const clusterSize = SECTOR * SECTORS_PER_CLUSTER;
  const used = Math.ceil(content.length / clusterSize);
  const medium = Buffer.alloc(dataStart + CLUSTERS * clusterSize);
  medium.writeUInt16LE(SECTOR, 11);
  medium.writeUInt8(SECTORS_PER_CLUSTER, 13);
  medium.writeUInt16LE(1, 14);
  medium.writeUInt8(1, 16);
  medium.writeUInt16LE(ROOT_ENTRIES, 17);
  medium.writeUInt32LE(medium.length / SECTOR, 32);
  medium.writeUInt16LE(tableSectors, 22);
  medium.write(label.padEnd(11), 43, "latin1");
  medium.writeUInt16LE(0xaa55, 510);
  for (let index = 0; index < used; index++) {
    medium.writeUInt16LE(index === used - 1 ? 0xffff : index + 3, SECTOR + (index + 2) * 2);
  }
  writeDirectory(medium.subarray(rootStart, dataStart), name, content.length);
  medium.set(content, dataStart);
  return medium;
}

function writeDirectory(directory: Buffer, name: string, size: number): void {
  const parts = name.match(/.{1,13}/g) ?? [];
  for (const [index, part] of parts.entries()) {
    const entry = directory.subarray((parts.length - 1 - index) * 32);
    entry.writeUInt8(index + 1 + (index === parts.length - 1 ? 0x40 : 0), 0);
    entry.writeUInt8(0x0f, 11);
    const units = Array.from(`${part}\0`, (character) => character.charCodeAt(0));
    for (const [at, offset] of [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30].entries()) {
      entry.writeUInt16LE(units[at] ?? 0xffff, offset);
    }
  }
  const entry = directory.subarray(parts.length * 32);
  entry.write("FILE    BIN", 0, "latin1");
  entry.writeUInt8(0x20, 11);
  entry.writeUInt16LE(2, 26);
  entry.writeUInt32LE(size, 28);
}
