import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IcosError } from "@icos/system";
import { guestosPartition, openBlockDevice, readGpt, readUpdateImage, SECTOR_SIZE } from "@icos/slots";

/** A file system inside a file. */
export interface FilesystemSource {
  readonly file: string;
  /** Byte at which it starts. */
  readonly offset: number;
}

export interface ImagePartition {
  readonly number: number;
  readonly name: string;
  readonly start: number;
  readonly size: number;
  readonly guid: string;
}

export interface OpenedImage {
  readonly kind: "disk image" | "update image" | "root file system" | "boot file system";
  readonly partitions: readonly ImagePartition[];
  readonly boot: FilesystemSource | undefined;
  readonly root: FilesystemSource | undefined;
  close(): Promise<void>;
}

const EROFS_MAGIC = 0xe0f5e1e2;
const EXT4_MAGIC = 0xef53;
const ZSTD_MAGIC = 0xfd2fb528;

/** Finds out what an image file is and where its file systems lie; an update image is unpacked to a temporary place. */
export async function openImage(path: string): Promise<OpenedImage> {
  const start = await readStart(path);
  const nothingToClose = async (): Promise<void> => undefined;
  if (start.length >= 2048 && start.readUInt32LE(1024) === EROFS_MAGIC)
    return {
      kind: "root file system",
      partitions: [],
      boot: undefined,
      root: { file: path, offset: 0 },
      close: nothingToClose,
    };
  if (start.length >= 2048 && start.readUInt16LE(1080) === EXT4_MAGIC)
    return {
      kind: "boot file system",
      partitions: [],
      boot: { file: path, offset: 0 },
      root: undefined,
      close: nothingToClose,
    };
  if (start.length >= 1024 && start.toString("latin1", 512, 520) === "EFI PART") return openDisk(path);
  if (start.readUInt32LE(0) === ZSTD_MAGIC || start.toString("latin1", 257, 262) === "ustar")
    return unpackUpdateImage(path);
  throw new IcosError("unknown-image", `${path} is no disk image, update image or file system of an image.`, {
    place: { file: path },
  });
}

async function readStart(path: string): Promise<Buffer> {
  const file = await open(path, "r").catch((cause: unknown) => {
    throw new IcosError("image-unreadable", `${path} cannot be opened.`, { place: { file: path }, cause });
  });
  try {
    const start = Buffer.alloc(4096);
    await file.read(start, 0, start.length, 0);
    return start;
  } finally {
    await file.close();
  }
}

async function openDisk(path: string): Promise<OpenedImage> {
  const device = await openBlockDevice(path);
  try {
    const { partitions } = await readGpt(device);
    const named = partitions.map(({ number, start, sectors, guid }) => ({
      number,
      name: nameOf(guid),
      start: start * SECTOR_SIZE,
      size: sectors * SECTOR_SIZE,
      guid,
    }));
    const source = (name: string): FilesystemSource | undefined => {
      const found = named.find((each) => each.name === name);
      return found && { file: path, offset: found.start };
    };
    return {
      kind: "disk image",
      partitions: named,
      boot: source("A_boot"),
      root: source("A_root"),
      close: async () => undefined,
    };
  } finally {
    await device.close();
  }
}

function nameOf(guid: string): string {
  for (const name of ["esp", "grub", "config", "A_boot", "A_root", "A_var", "B_boot", "B_root", "B_var"] as const)
    if (guestosPartition(name).guid === guid.toLowerCase()) return name;
  return "other";
}

async function unpackUpdateImage(path: string): Promise<OpenedImage> {
  const directory = await mkdtemp(join(tmpdir(), "icos-inspect-"));
  const close = (): Promise<void> => rm(directory, { recursive: true, force: true });
  try {
    for await (const member of readUpdateImage(path)) {
      if (member.kind !== "image") continue;
      const file = await open(join(directory, member.name), "w");
      await file.truncate(member.size);
      for await (const { offset, bytes } of member.content()) await file.write(bytes, 0, bytes.length, offset);
      await file.close();
    }
  } catch (error) {
    await close();
    throw error;
  }
  const source = (name: string): FilesystemSource => ({ file: join(directory, name), offset: 0 });
  return { kind: "update image", partitions: [], boot: source("boot.img"), root: source("root.img"), close };
}
