import { mkdir, open, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readGpt, SECTOR_SIZE, type FoundGpt, type GptPartition } from "@icos/slots";
import type { Layout } from "../layout.ts";
import { openPlainDevice } from "./node-disk.ts";

/** The partition table of the fake machine's disk. */
export async function readTable({ dev }: Pick<Layout, "dev">): Promise<FoundGpt> {
  const device = await openPlainDevice(join(dev, "vda"), { readOnly: true });
  try {
    return await readGpt(device);
  } finally {
    await device.close();
  }
}

/** Makes a partition of the disk appear as the kernel does it. */
export async function showPartition(
  { sys, dev }: Pick<Layout, "sys" | "dev">,
  { number, sectors }: Pick<GptPartition, "number" | "sectors">,
): Promise<void> {
  await createSparse(join(dev, `vda${number}`), sectors * SECTOR_SIZE);
  const directory = join(sys, "class/block/vda", `vda${number}`);
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, "partition"), `${number}\n`);
  await symlink(`vda/vda${number}`, join(sys, "class/block", `vda${number}`)).catch(() => undefined);
}

export async function createSparse(path: string, size: number): Promise<void> {
  const file = await open(path, "a");
  await file.truncate(size);
  await file.close();
}
