import { open, type FileHandle } from "node:fs/promises";
import { IcosError, systemErrorCode } from "@icos/system";
import { checkRange, type BlockDevice } from "./block-device.ts";
import { isZero } from "./extents.ts";
import { loadSparseOperations, type SparseOperations } from "./libc.ts";
import { readFully, writeFully } from "./sparse-file.ts";

/** Holes are punched in units of this many bytes, which every block device and file system takes. */
const HOLE_UNIT = 4096;
const CHUNK = 4 * 1024 * 1024;

export interface OpenDeviceOptions {
  readonly readOnly?: boolean | undefined;
  /** How holes are made; `undefined` (given) means by writing zeros only. Default: the C library's fallocate. */
  readonly sparse?: SparseOperations | undefined;
}

/** A file or block device. Throws `device-unavailable`. */
export async function openBlockDevice(path: string, options: OpenDeviceOptions = {}): Promise<BlockDevice> {
  const file = await openFile(path, options.readOnly === true ? "r" : "r+");
  const sparse = "sparse" in options ? options.sparse : await loadSparseOperations();
  try {
    return fileDevice(path, file, await sizeOf(path, file), sparse);
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openFile(path: string, flags: string): Promise<FileHandle> {
  try {
    return await open(path, flags);
  } catch (cause) {
    const code = systemErrorCode(cause);
    const why = code === "ENOENT" ? "it does not exist" : code === "EACCES" ? "permission is denied" : String(cause);
    throw new IcosError("device-unavailable", `${path} could not be opened: ${why}.`, { place: { file: path }, cause });
  }
}

async function sizeOf(path: string, file: FileHandle): Promise<number> {
  const stat = await file.stat();
  if (stat.isFile()) return stat.size;
  if (stat.isBlockDevice()) return blockDeviceSize(file);
  throw new IcosError("device-unavailable", `${path} is neither a file nor a block device.`, { place: { file: path } });
}

/** Node cannot ask a block device for its size: the end is where a read gives nothing. Sizes are whole sectors. */
async function blockDeviceSize(file: FileHandle): Promise<number> {
  const byte = Buffer.alloc(1);
  const readable = async (sector: number): Promise<boolean> =>
    (await file.read(byte, 0, 1, sector * 512).catch(() => ({ bytesRead: 0 }))).bytesRead === 1;
  if (!(await readable(0))) return 0;
  let low = 0; // readable
  let high = 1;
  while (await readable(high)) [low, high] = [high, high * 2];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (await readable(middle)) low = middle;
    else high = middle;
  }
  return (low + 1) * 512;
}

function fileDevice(path: string, file: FileHandle, size: number, sparse: SparseOperations | undefined): BlockDevice {
  const device: BlockDevice = {
    name: path,
    size,
    async read(offset, length) {
      checkRange(device, offset, length);
      const bytes = Buffer.allocUnsafe(length);
      await readFully(file, bytes, offset);
      return bytes;
    },
    async write(offset, bytes) {
      checkRange(device, offset, bytes.length);
      await writeFully(file, bytes, offset);
    },
    async zero(offset, length) {
      checkRange(device, offset, length);
      const end = offset + length;
      const start = Math.min(end, Math.ceil(offset / HOLE_UNIT) * HOLE_UNIT);
      const stop = Math.max(start, Math.floor(end / HOLE_UNIT) * HOLE_UNIT);
      await overwriteWithZeros(offset, start);
      if (start < stop && sparse?.punchHole(file.fd, start, stop - start) !== true)
        await overwriteWithZeros(start, stop);
      await overwriteWithZeros(stop, end);
    },
    flush: () => file.sync(),
    close: () => file.close(),
  };
  /** Writes only where something else is stored, so that holes stay holes. */
  const overwriteWithZeros = async (start: number, end: number): Promise<void> => {
    for (let at = start; at < end; at += CHUNK) {
      const bytes = await device.read(at, Math.min(CHUNK, end - at));
      if (!isZero(bytes)) await device.write(at, bytes.fill(0));
    }
  };
  return device;
}
