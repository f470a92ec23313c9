import { open } from "node:fs/promises";
import { mountAll, type Exec } from "@icos/system";
import type { Slot } from "@icos/slots";
import { mountPlaces, volumePath, type Layout } from "../layout.ts";

const SUPERBLOCK_MAGIC = { offset: 1024 + 56, value: 0xef53 } as const;

/** Nothing is zeroed at creation; the kernel initialises the tables later, in the background. */
const EXT4_OPTIONS = ["-q", "-F", "-E", "lazy_itable_init=1,lazy_journal_init=1,nodiscard", "-L", "var"] as const;

/**
 * Mounts the running slot's `/var`. A volume without a file system, as an installation or an upgrade leaves it, starts as
 * a copy of the image's own `/var`; it gets its magic number last, so a crash while it is made leaves it to be made again.
 */
export async function mountVar(layout: Layout, exec: Exec, slot: Slot): Promise<string> {
  const device = volumePath(layout, `${slot}_var`);
  const isNew = !(await hasExt4(device));
  if (isNew) await exec.run(["mkfs.ext4", ...EXT4_OPTIONS, "-d", layout.var, device]);
  await mountAll(mountPlaces(layout), exec, "var", [
    { source: device, target: layout.var, type: "ext4", options: "noatime,nosuid,nodev" },
  ]);
  return isNew ? "made" : "opened";
}

async function hasExt4(device: string): Promise<boolean> {
  await using file = await open(device, "r");
  const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, SUPERBLOCK_MAGIC.offset);
  return bytesRead === 2 && buffer.readUInt16LE(0) === SUPERBLOCK_MAGIC.value;
}
