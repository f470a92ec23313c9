import { open } from "node:fs/promises";
import { IcosError } from "@icos/system";
import type { BlockDevice } from "./block-device.ts";
import { findData, readFully } from "./sparse-file.ts";

/** Blocks of zeros of this size stay holes. */
const BLOCK = 64 * 1024;
const CHUNK = 4 * 1024 * 1024;

/**
 * Copies what an image holds to a part of a new disk, where zeros stay holes. Throws `disk-image-invalid` when it does
 * not fit.
 */
export async function copyImage(path: string, target: Pick<BlockDevice, "name" | "size" | "write">): Promise<void> {
  await using image = await open(path, "r");
  const { size } = await image.stat();
  if (size > target.size) {
    throw new IcosError("disk-image-invalid", `${path} has ${size} bytes; ${target.name} has ${target.size}.`, {
      place: { file: path },
    });
  }
  const buffer = Buffer.allocUnsafe(CHUNK);
  for (const { offset, length } of await findData(image, size, BLOCK)) {
    for (let at = 0; at < length; at += CHUNK) {
      const part = buffer.subarray(0, Math.min(CHUNK, length - at));
      await readFully(image, part, offset + at);
      await target.write(offset + at, part);
    }
  }
}
