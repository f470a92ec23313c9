import { open, type FileHandle } from "node:fs/promises";
import { IcosError } from "@icos/system";
import type { DiskRange } from "./disk-image.ts";
import type { DiskExtent } from "./qemu-img-output.ts";

const CHUNK_BYTES = 4 * 1024 * 1024;

/** Puts the data of a range of a disk, as its map says where it is, into a new sparse file. */
export async function copyExtents(
  range: DiskRange,
  extents: readonly DiskExtent[],
  chain: readonly string[],
  target: string,
): Promise<void> {
  const sources = new Map<number, FileHandle>();
  const output = await open(target, "w", 0o600);
  try {
    await output.truncate(range.length);
    for (const extent of extents) {
      if (extent.zero || !extent.data) continue;
      const input = sources.get(extent.depth) ?? (await openSource(extent, chain));
      sources.set(extent.depth, input);
      await copyExtent(input, extent, output, extent.start - range.offset);
    }
  } finally {
    await output.close();
    for (const input of sources.values()) await input.close();
  }
}

async function openSource({ depth }: DiskExtent, chain: readonly string[]): Promise<FileHandle> {
  const file = chain[depth];
  if (file === undefined) throw new IcosError("disk-access-failed", `The disk ${chain[0]} has no base ${depth}.`);
  return open(file, "r");
}

async function copyExtent(input: FileHandle, extent: DiskExtent, output: FileHandle, at: number): Promise<void> {
  const { start, length, offset } = extent;
  if (offset === undefined) {
    throw new IcosError("disk-access-failed", `The disk is compressed at ${start}.`, {
      next: "Use an image without compression.",
    });
  }
  const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, length));
  for (let done = 0; done < length;) {
    const { bytesRead } = await input.read(buffer, 0, Math.min(buffer.length, length - done), offset + done);
    if (bytesRead === 0) break; // the file ends inside its last sector: zeros
    await output.write(buffer, 0, bytesRead, at + done);
    done += bytesRead;
  }
}
