import { mkdirSync } from "node:fs";
import { open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Exec } from "@icos/system";
import {
  GUESTOS_DISK_SIZE,
  GUESTOS_TABLE,
  guestosPartition,
  newGrubenv,
  openBlockDevice,
  renderBootArgs,
  SECTOR_SIZE,
  writeGpt,
  type BootState,
  type GuestosPartitionName,
} from "@icos/slots";

export interface GuestDiskFiles {
  readonly bootArgs?: boolean | undefined;
  readonly firmware?: boolean | undefined;
}

const ROOT_HASH = "ab".repeat(32);

/** A raw disk with a partition table and the partitions that matter for a boot, made by the real tools. */
export async function makeGuestDisk(
  directory: string,
  exec: Exec,
  state: BootState,
  slots: readonly ("A" | "B")[],
  { bootArgs = true, firmware = false }: GuestDiskFiles = {},
): Promise<string> {
  const base = join(directory, "base.raw");
  const disk = await open(base, "w");
  await disk.truncate(GUESTOS_DISK_SIZE);
  async function put(name: GuestosPartitionName, files: Record<string, string | Uint8Array>): Promise<void> {
    const root = join(directory, `${name}.d`);
    mkdirSync(root);
    for (const [path, content] of Object.entries(files)) await writeFile(join(root, path), content);
    const image = join(directory, `${name}.ext4`);
    await exec.run(["mke2fs", "-q", "-t", "ext4", "-d", root, image, "32M"]);
    await disk.write(await readFile(image), 0, undefined, guestosPartition(name).start * SECTOR_SIZE);
  }
  await put("grub", { grubenv: newGrubenv(state), other: "x" });
  for (const slot of slots) {
    await put(`${slot}_boot`, {
      vmlinuz: `kernel ${slot}`,
      "initrd.img": `initrd ${slot}`,
      ...(bootArgs ? { boot_args: renderBootArgs({ rootHash: ROOT_HASH }) } : {}),
      ...(firmware ? { "OVMF_SEV.fd": `firmware ${slot}` } : {}),
    });
  }
  await disk.close();
  const device = await openBlockDevice(base);
  await writeGpt(device, GUESTOS_TABLE);
  await device.close();
  return base;
}
