import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { IcosError, type Exec } from "@icos/system";
import { kernelCommandLine, parseBootArgs, type Slot } from "@icos/slots";
import type { DiskAccess, DiskRange } from "./disk-image.ts";
import { extractExt4Files } from "./ext4-files.ts";

/** Firmware for a measured launch, as upstream's confidential guests carry it. */
const MEASURED_FIRMWARE = "OVMF_SEV.fd";

/** What a boot partition holds, taken out into files. */
export interface BootArtefacts {
  readonly kernel: string;
  readonly initrd: string;
  /** `undefined` when the partition has no `boot_args`: only its own boot loader knows how to start it. */
  readonly commandLine: string | undefined;
  readonly firmware: string | undefined;
}

export interface ReadBootOptions {
  readonly slot: Slot;
  /** The slot's boot partition. */
  readonly partition: DiskRange;
  /** Private; files in it are overwritten. */
  readonly directory: string;
  /** Whether to take the firmware of a measured launch too. */
  readonly firmware?: boolean | undefined;
}

/** Throws `boot-artefacts-missing`, `boot-args-invalid`. */
export async function readBootArtefacts(
  disk: DiskAccess,
  { slot, partition, directory, firmware = false }: ReadBootOptions,
  exec: Exec,
): Promise<BootArtefacts> {
  const names = ["vmlinuz", "initrd.img", "boot_args", ...(firmware ? [MEASURED_FIRMWARE] : [])];
  const absent = await extract(disk, partition, directory, names, exec);
  const missing = absent.filter((path) => path !== "/boot_args");
  if (missing.length > 0) throw artefactsMissing(slot, disk.name, absent);
  const file = (name: string): string => join(directory, name);
  const bootArgs = absent.includes("/boot_args") ? undefined : await readFile(file("boot_args"), "utf8");
  return {
    kernel: file("vmlinuz"),
    initrd: file("initrd.img"),
    commandLine: bootArgs && kernelCommandLine(parseBootArgs(bootArgs, `boot_args of slot ${slot}`), slot),
    firmware: firmware ? file(MEASURED_FIRMWARE) : undefined,
  };
}

/** Returns the paths that are not there: all of them when there is no file system. */
async function extract(
  disk: DiskAccess,
  partition: DiskRange,
  directory: string,
  names: readonly string[],
  exec: Exec,
): Promise<readonly string[]> {
  const wanted = names.map((name) => ({ path: `/${name}`, target: join(directory, name) }));
  const copy = join(directory, "boot.ext4");
  try {
    return await extractExt4Files(exec, await disk.ext4(partition, copy), wanted);
  } catch (error) {
    if (error instanceof IcosError && error.code === "not-ext4") return wanted.map(({ path }) => path);
    throw error;
  } finally {
    await rm(copy, { force: true });
  }
}

export function artefactsMissing(slot: Slot, disk: string, missing: readonly string[]): IcosError {
  return new IcosError(
    "boot-artefacts-missing",
    `The boot partition of slot ${slot} of ${disk} lacks ${missing.join(", ")}.`,
    {
      next: "Install the slot again, or make the disk anew from its image.",
      place: { file: disk },
      details: { slot, missing },
    },
  );
}
