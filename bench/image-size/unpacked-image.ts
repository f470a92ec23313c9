import { mkdir, readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Exec } from "@icos/system";

/** Names of the boot partition's files that are packed. */
export const BOOT_FILES = ["vmlinuz", "initrd.img"];

export interface UnpackedImage {
  readonly root: string;
  readonly boot: string;
}

/** Unpacks `root.img` and `boot.img`, which are in the directory `stage`, below an existing directory. */
export async function unpackImage(
  stage: string,
  directory: string,
  exec: Exec,
  signal: AbortSignal,
): Promise<UnpackedImage> {
  const [root, boot] = [join(directory, "root"), join(directory, "boot")];
  const options = ["--no-preserve-owner", "--no-preserve-perms"];
  await exec.run(["fsck.erofs", "-d0", `--extract=${root}`, ...options, join(stage, "root.img")], { signal });
  await mkdir(boot);
  for (const name of BOOT_FILES)
    await exec.run(["debugfs", "-R", `dump /${name} ${boot}/${name}`, join(stage, "boot.img")], { signal });
  return { root, boot };
}

/** Files and links, relative to the directory, sorted. */
export async function filesBelow(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .sort();
}
