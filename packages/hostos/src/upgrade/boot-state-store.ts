import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { GRUBENV_SIZE, type GrubenvStore } from "@icos/slots";
import { IcosError, systemErrorCode, type Exec } from "@icos/system";
import type { Layout } from "../layout.ts";

/**
 * The `grubenv` that GRUB reads, on a FAT partition. FAT has no atomic rename, so the block is written in place: all that a
 * change of the boot state touches lies in its first 512 bytes, one sector, which a disk writes whole or not at all. The
 * partition is writable for that moment only.
 *
 * Throws `grubenv-missing` when there is none to write over: GRUB cannot make one either.
 */
export function bootStateStore({ bootGrub }: Pick<Layout, "bootGrub">, exec: Exec): GrubenvStore {
  const name = join(bootGrub, "grubenv");
  const remount = async (access: "rw" | "ro"): Promise<void> => {
    await exec.run(["mount", "-o", `remount,${access}`, bootGrub]);
  };
  return {
    name,
    async read() {
      try {
        return await readFile(name);
      } catch (error) {
        if (systemErrorCode(error) === "ENOENT") return undefined;
        throw error;
      }
    },
    async write(block) {
      await remount("rw");
      try {
        await overwrite(name, block);
      } finally {
        await remount("ro");
      }
    },
  };
}

async function overwrite(name: string, block: Uint8Array): Promise<void> {
  await using file = await open(name, "r+").catch((cause: unknown) => {
    throw new IcosError("grubenv-missing", `${name} cannot be written: there is none.`, {
      next: "Install HostOS again from the installation medium.",
      place: { file: name },
      cause,
    });
  });
  const { size } = await file.stat();
  if (size !== GRUBENV_SIZE)
    throw new IcosError("grubenv-invalid", `${name} has ${size} bytes, not ${GRUBENV_SIZE}.`, {
      next: "Install HostOS again from the installation medium.",
      place: { file: name },
    });
  await file.write(block, 0, GRUBENV_SIZE, 0);
  await file.datasync();
}
