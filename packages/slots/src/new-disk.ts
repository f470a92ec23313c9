import { open, rename, rm } from "node:fs/promises";
import type { BlockDevice } from "./block-device.ts";
import { openBlockDevice } from "./file-device.ts";

/**
 * Makes a sparse disk of `size` bytes at `path`, filled by `fill`. What was there is replaced; half a disk never has
 * this name.
 */
export async function makeNewDisk(
  path: string,
  size: number,
  fill: (disk: BlockDevice) => Promise<void>,
): Promise<void> {
  const temporary = `${path}.partial`;
  try {
    await rm(temporary, { force: true });
    {
      await using file = await open(temporary, "wx", 0o644);
      await file.truncate(size);
    }
    const disk = await openBlockDevice(temporary);
    try {
      await fill(disk);
    } finally {
      await disk.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
