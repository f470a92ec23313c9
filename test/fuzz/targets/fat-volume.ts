import { fatLabel, readFatFile } from "../../../packages/config/src/fat-volume.ts";
import { IcosError } from "../../../packages/system/src/index.ts";

const SIZE = 64 * 1024;

/** A medium of 64 KiB that begins with the data; beyond its end a device reads short, as a file does. */
export async function fuzz(data: Uint8Array): Promise<void> {
  const medium = Buffer.alloc(SIZE);
  Buffer.from(data).copy(medium);
  fatLabel(medium);
  const read = async (offset: number, length: number): Promise<Buffer> => medium.subarray(offset, offset + length);
  try {
    await readFatFile({ read }, "ic-bootstrap.tar", SIZE);
  } catch (error) {
    if (!(error instanceof IcosError)) throw error;
  }
}
