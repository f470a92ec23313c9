import { IcosError } from "@icos/system";
import { findFatEntry, type FatEntry } from "./fat-directory.ts";

/** Bytes at offsets; what a block device or a file offers. */
export interface ByteReader {
  /** Up to `length` bytes; fewer only at the end of the device. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** Where a FAT file system keeps what, in bytes. */
interface FatGeometry {
  readonly kind: 12 | 16 | 32;
  readonly label: string;
  readonly clusterSize: number;
  readonly clusters: number;
  readonly table: { readonly offset: number; readonly length: number };
  readonly root: { readonly offset: number; readonly length: number } | { readonly cluster: number };
  readonly data: number;
}

const SECTOR_SIZES = [512, 1024, 2048, 4096];
const LARGEST_TABLE = 8 * 1024 * 1024;
const LARGEST_DIRECTORY = 1024 * 1024;

/** Bytes of a device that {@link fatLabel} looks at. */
export const FAT_BOOT_SECTOR = 512;

/** The label in a FAT boot sector, or `undefined` when the bytes are not one. */
export function fatLabel(bootSector: Uint8Array): string | undefined {
  const geometry = readGeometry(bootSector);
  return typeof geometry === "string" ? undefined : geometry.label;
}

/**
 * The content of a file in the root directory of a FAT file system, read without mounting it: a guest needs one file
 * of its medium, and the kernel's file system would cost four modules. Throws `invalid-fat` or `file-not-found`.
 */
export async function readFatFile(device: ByteReader, name: string, limit: number): Promise<Uint8Array> {
  const geometry = readGeometry(await device.read(0, FAT_BOOT_SECTOR));
  if (typeof geometry === "string") throw invalid(geometry);
  if (geometry.table.length > LARGEST_TABLE) throw invalid(`its allocation table has ${geometry.table.length} bytes`);
  const table = Buffer.from(await device.read(geometry.table.offset, geometry.table.length));
  const entry = findFatEntry(await readRoot(device, geometry, table), name);
  if (entry === undefined) {
    throw new IcosError("file-not-found", `The medium ${geometry.label} has no file ${name}.`, {
      place: { file: name },
    });
  }
  if (entry.size > limit) throw invalid(`${name} has ${entry.size} bytes; ${limit} are allowed`);
  return readEntry(device, geometry, table, entry);
}

async function readRoot(device: ByteReader, geometry: FatGeometry, table: Buffer): Promise<Uint8Array> {
  const { root } = geometry;
  if ("offset" in root) return device.read(root.offset, root.length);
  const limit = Math.ceil(LARGEST_DIRECTORY / geometry.clusterSize);
  return readClusters(device, geometry, chain(geometry, table, root.cluster, limit));
}

async function readEntry(
  device: ByteReader,
  geometry: FatGeometry,
  table: Buffer,
  entry: FatEntry,
): Promise<Uint8Array> {
  if (entry.size === 0) return new Uint8Array();
  const needed = Math.ceil(entry.size / geometry.clusterSize);
  const clusters = chain(geometry, table, entry.cluster, needed);
  if (clusters.length < needed) throw invalid("a file is shorter than its directory entry says");
  const bytes = await readClusters(device, geometry, clusters);
  return bytes.subarray(0, entry.size);
}

/** Follows the allocation table from `first`, at most `limit` clusters. */
function chain(geometry: FatGeometry, table: Buffer, first: number, limit: number): number[] {
  const clusters: number[] = [];
  const endMark = { 12: 0xff8, 16: 0xfff8, 32: 0xffffff8 }[geometry.kind];
  for (
    let cluster = first;
    cluster < endMark && clusters.length < limit;
    cluster = next(geometry.kind, table, cluster)
  ) {
    if (cluster < 2 || cluster >= geometry.clusters + 2)
      throw invalid(`it refers to cluster ${cluster}, which it does not have`);
    clusters.push(cluster);
  }
  return clusters;
}

function next(kind: FatGeometry["kind"], table: Buffer, cluster: number): number {
  const at = kind === 12 ? cluster + (cluster >> 1) : cluster * (kind / 8);
  if (at + (kind === 32 ? 4 : 2) > table.length) throw invalid(`cluster ${cluster} is outside its allocation table`);
  if (kind === 32) return table.readUInt32LE(at) & 0x0fffffff;
  const value = table.readUInt16LE(at);
  if (kind === 16) return value;
  return cluster % 2 === 0 ? value & 0xfff : value >> 4;
}

/** Neighbouring clusters are read at once. */
async function readClusters(
  device: ByteReader,
  { data, clusterSize }: FatGeometry,
  clusters: readonly number[],
): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for (let start = 0, end = 0; start < clusters.length; start = end) {
    const first = clusters[start] ?? 0;
    for (end = start + 1; clusters[end] === first + (end - start);) end++;
    const length = (end - start) * clusterSize;
    const bytes = await device.read(data + (first - 2) * clusterSize, length);
    if (bytes.length < length) throw invalid("the device ends inside a file");
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}

function readGeometry(bytes: Uint8Array): FatGeometry | string {
  const sector = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (sector.length < FAT_BOOT_SECTOR || sector.readUInt16LE(510) !== 0xaa55) return "it has no boot sector";
  const bytesPerSector = sector.readUInt16LE(11);
  const sectorsPerCluster = sector.readUInt8(13);
  const reserved = sector.readUInt16LE(14);
  const copies = sector.readUInt8(16);
  const rootEntries = sector.readUInt16LE(17);
  const total = sector.readUInt16LE(19) || sector.readUInt32LE(32);
  const shortTable = sector.readUInt16LE(22);
  const tableSectors = shortTable || sector.readUInt32LE(36);
  if (!SECTOR_SIZES.includes(bytesPerSector)) return `its sectors have ${bytesPerSector} bytes`;
  if (sectorsPerCluster === 0 || (sectorsPerCluster & (sectorsPerCluster - 1)) !== 0)
    return "its cluster size is wrong";
  if (reserved === 0 || copies === 0 || tableSectors === 0) return "its boot sector lacks a size";
  const rootSectors = Math.ceil((rootEntries * 32) / bytesPerSector);
  const rootStart = reserved + copies * tableSectors;
  const dataStart = rootStart + rootSectors;
  const clusters = Math.floor((total - dataStart) / sectorsPerCluster);
  if (clusters < 1) return "it has no room for files";
  const kind = shortTable === 0 ? 32 : clusters < 4085 ? 12 : 16;
  const labelAt = kind === 32 ? 71 : 43;
  return {
    kind,
    label: sector.toString("latin1", labelAt, labelAt + 11).trimEnd(),
    clusterSize: sectorsPerCluster * bytesPerSector,
    clusters,
    table: { offset: reserved * bytesPerSector, length: tableSectors * bytesPerSector },
    root:
      kind === 32
        ? { cluster: sector.readUInt32LE(44) }
        : { offset: rootStart * bytesPerSector, length: rootSectors * bytesPerSector },
    data: dataStart * bytesPerSector,
  };
}

function invalid(problem: string): IcosError {
  return new IcosError("invalid-fat", `The FAT file system of the medium is damaged: ${problem}.`, {
    next: "Write the configuration medium again.",
  });
}
