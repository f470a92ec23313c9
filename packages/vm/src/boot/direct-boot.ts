import { mkdir } from "node:fs/promises";
import type { Exec } from "@icos/system";
import { guestosPartition, prepareBoot, SECTOR_SIZE, slotPartition, type BootLabel, type Slot } from "@icos/slots";
import { artefactsMissing, readBootArtefacts } from "./boot-artefacts.ts";
import { createDiskAccess, type DiskImage, type DiskRange } from "./disk-image.ts";
import { diskGrubenvStore } from "./disk-grubenv.ts";

/** What one boot of a machine starts. */
export interface DirectBoot {
  readonly slot: Slot;
  readonly label: BootLabel;
  readonly kernel: string;
  readonly initrd: string;
  readonly commandLine: string;
}

/** Decides what a machine boots. Each call is one boot: the boot state advances. */
export interface DirectBootSource {
  next(): Promise<DirectBoot>;
}

export interface DirectBootOptions {
  /** A GuestOS disk that no machine uses. */
  readonly disk: DiskImage;
  /** The machine's own directory for what is taken out of the disk; overwritten by every boot. */
  readonly directory: string;
}

/** Reads what to boot from the disk of a GuestOS. */
export function diskBootSource(options: DirectBootOptions, modules: { readonly exec: Exec }): DirectBootSource {
  return { next: () => prepareDirectBoot(options, modules) };
}

/**
 * One boot of a GuestOS disk: decides the slot by its `grubenv`, takes kernel, initrd and command line out of the
 * slot's boot partition, and only when all of them are there stores the advanced boot state.
 *
 * Throws `boot-artefacts-missing`, `grubenv-invalid`, `grubenv-missing`, `boot-args-invalid`, `disk-in-use`,
 * `disk-access-failed`; the boot state is then as before.
 */
export async function prepareDirectBoot(
  { disk, directory }: DirectBootOptions,
  { exec }: { readonly exec: Exec },
): Promise<DirectBoot> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const access = createDiskAccess(disk, exec);
  const grub = rangeOf(guestosPartition("grub"));
  const name = `/boot/grub/grubenv of ${disk.file}`;
  const boot = await prepareBoot(diskGrubenvStore(access, grub, { directory, exec, name }));

  const partition = rangeOf(slotPartition(boot.boots, "boot"));
  const { kernel, initrd, commandLine } = await readBootArtefacts(
    access,
    { slot: boot.boots, partition, directory },
    exec,
  );
  if (commandLine === undefined) throw artefactsMissing(boot.boots, disk.file, ["/boot_args"]);
  await boot.persist();
  return { slot: boot.boots, label: boot.label, kernel, initrd, commandLine };
}

function rangeOf(partition: { readonly start: number; readonly sectors: number }): DiskRange {
  return { offset: partition.start * SECTOR_SIZE, length: partition.sectors * SECTOR_SIZE };
}
