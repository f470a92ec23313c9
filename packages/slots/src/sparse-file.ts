import type { FileHandle } from "node:fs/promises";
import { IcosError } from "@icos/system";
import { appendExtent, appendNonZeroBlocks, type Extent } from "./extents.ts";
import { loadSparseOperations, type SparseOperations } from "./libc.ts";

const READ_SIZE = 4 * 1024 * 1024;

/**
 * The blocks of a file that are not all zero. Depends on the content only, not on how the file is stored: the file
 * system's own holes merely save reading them.
 */
export async function findData(file: FileHandle, size: number, block: number): Promise<Extent[]> {
  const found: Extent[] = [];
  const buffer = Buffer.allocUnsafe(READ_SIZE);
  for (const { offset, length } of allocatedRanges(await loadSparseOperations(), file.fd, size, block)) {
    for (let at = offset; at < offset + length; at += READ_SIZE) {
      const part = buffer.subarray(0, Math.min(READ_SIZE, offset + length - at));
      await readFully(file, part, at);
      appendNonZeroBlocks(found, at, part, block);
    }
  }
  return found;
}

/** Ranges, aligned to `block`, outside of which the file reads as zeros. */
export function allocatedRanges(
  operations: SparseOperations | undefined,
  fd: number,
  size: number,
  block: number,
): Extent[] {
  // Every file has a hole at its end, so no answer means that the file system cannot tell.
  if (operations === undefined || size === 0 || operations.nextHole(fd, 0) === undefined) {
    return size === 0 ? [] : [{ offset: 0, length: size }];
  }
  const ranges: Extent[] = [];
  for (let end = 0; end < size;) {
    const data = operations.nextData(fd, end);
    if (data === undefined || data >= size) break;
    const hole = operations.nextHole(fd, data) ?? size;
    const start = Math.max(end, Math.floor(data / block) * block);
    end = Math.min(size, Math.ceil(hole / block) * block);
    appendExtent(ranges, start, end - start);
  }
  return ranges;
}

/** Fills `target` from the file at `position`. Throws `file-too-short`. */
export async function readFully(file: FileHandle, target: Buffer, position: number): Promise<void> {
  for (let done = 0; done < target.length;) {
    const { bytesRead } = await file.read(target, done, target.length - done, position + done);
    if (bytesRead === 0) {
      throw new IcosError("file-too-short", `The file ends at byte ${position + done}; more was expected.`);
    }
    done += bytesRead;
  }
}

export async function writeFully(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
