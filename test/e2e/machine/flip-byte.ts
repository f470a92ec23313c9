import { open } from "node:fs/promises";
import { SECTOR_SIZE, slotPartition } from "@icos/slots";
import type { TestImage } from "./image.ts";

/** Where the root file system of slot A starts on a disk, in bytes. */
export const ROOT_START = slotPartition("A", "root").start * SECTOR_SIZE;

/** Changes one bit of a byte of slot A's root partition. `disk` is a thin disk over the image that no machine uses. */
export async function flipRootByte({ build, tools }: TestImage, disk: string, offset: number): Promise<void> {
  const at = ROOT_START + offset;
  const flipped = (await byteAt(build.diskImage.path, at)) ^ 0x01;
  await tools.exec.run(["qemu-io", "-f", "qcow2", "-c", `write -P ${flipped} ${at} 1`, disk]);
}

async function byteAt(file: string, offset: number): Promise<number> {
  const handle = await open(file, "r");
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(1), 0, 1, offset);
    if (bytesRead !== 1) throw new Error(`${file} has no byte ${offset}.`);
    return buffer.readUInt8();
  } finally {
    await handle.close();
  }
}
