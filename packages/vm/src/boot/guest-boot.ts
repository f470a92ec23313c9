import { mkdir, rm } from "node:fs/promises";
import type { Exec } from "@icos/system";
import {
  bootStateOf,
  guestosPartition,
  otherSlot,
  parseGrubenv,
  prepareBoot,
  slotPartition,
  type BootLabel,
  type GrubenvStore,
  type Slot,
} from "@icos/slots";
import { createBlockDiskAccess, findPartition } from "./block-disk.ts";
import { artefactsMissing, readBootArtefacts } from "./boot-artefacts.ts";
import type { DirectBoot } from "./direct-boot.ts";
import { diskGrubenvStore } from "./disk-grubenv.ts";

export interface GuestBootOptions {
  /** The GuestOS disk: a block device or a raw file. */
  readonly device: string;
  /** Private; overwritten by every boot. Best in memory. */
  readonly directory: string;
  /**
   * `default`: the slot whose turn it is, and the boot state advances. `upgrade`: the other slot than the one that runs; the boot
   * state stays as it is.
   */
  readonly type: "default" | "upgrade";
  /** A measured launch: its firmware comes from the boot partition too, and only direct boot will do. */
  readonly measured?: boolean | undefined;
}

/** What one boot of a guest starts, and how it is recorded once it is certain. */
export type GuestBoot =
  | (DirectBoot & {
      readonly kind: "direct";
      /** Only of a measured launch. */
      readonly firmware: string | undefined;
      /** Stores the advanced boot state. Not idempotent in meaning: once for each boot, when it is certain. */
      commit(): Promise<void>;
    })
  /** An old guest without `boot_args`: its own boot loader starts it, and advances the state itself. */
  | { readonly kind: "boot-loader"; readonly slot: Slot; readonly label: BootLabel };

/**
 * Reads from a guest's disk what to boot. Nothing is written before `commit`: a runner that fails, or is killed, at any point
 * before it leaves the state as it was. Throws as `prepareDirectBoot` does, and `partition-missing`.
 */
export async function prepareGuestBoot(
  options: GuestBootOptions,
  { exec }: { readonly exec: Exec },
): Promise<GuestBoot> {
  const { device, directory, type, measured = false } = options;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const turn = await nextTurn(await guestGrubenvStore(device, directory, { exec }), type);
  const { slot, label } = turn;
  const partition = await findPartition(device, slotPartition(slot, "boot"));
  const artefacts = await readBootArtefacts(
    createBlockDiskAccess(device),
    { slot, partition, directory, firmware: measured },
    exec,
  );
  const { kernel, initrd, commandLine, firmware } = artefacts;
  if (commandLine !== undefined) {
    return { kind: "direct", slot, label, kernel, initrd, commandLine, firmware, commit: () => turn.commit() };
  }
  // The boot loader would start the default slot, and the launch would not be measured.
  if (measured || type === "upgrade") throw artefactsMissing(slot, device, ["/boot_args"]);
  return { kind: "boot-loader", slot, label };
}

/**
 * Throws `boot-artefacts-missing` (or `boot-args-invalid`) when the slot of a guest's disk has nothing to boot: a slot that was
 * never installed is empty. `directory` is private and made for this; it is gone afterwards.
 */
export async function requireBootableSlot(
  { device, directory, slot }: { readonly device: string; readonly directory: string; readonly slot: Slot },
  { exec }: { readonly exec: Exec },
): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  try {
    const partition = await findPartition(device, slotPartition(slot, "boot"));
    await readBootArtefacts(createBlockDiskAccess(device), { slot, partition, directory }, exec);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

interface Turn {
  readonly slot: Slot;
  readonly label: BootLabel;
  commit(): Promise<void>;
}

async function nextTurn(store: GrubenvStore, type: GuestBootOptions["type"]): Promise<Turn> {
  if (type === "default") {
    const boot = await prepareBoot(store);
    return { slot: boot.boots, label: boot.label, commit: () => boot.persist() };
  }
  const block = await store.read();
  const grubenv = block === undefined ? { entries: new Map<string, string>() } : parseGrubenv(block, store.name);
  const slot = otherSlot(bootStateOf(grubenv, store.name).alternative);
  return { slot, label: "upgrade", commit: () => Promise.resolve() };
}

/**
 * The `grubenv` on a guest's disk (a block device or a raw file). `directory` is private and may be overwritten. Whoever writes
 * must hold the disk (`holdDisk`, or the QEMU that he has started). Throws `partition-missing`.
 */
export async function guestGrubenvStore(
  device: string,
  directory: string,
  { exec }: { readonly exec: Exec },
): Promise<GrubenvStore> {
  const partition = await findPartition(device, guestosPartition("grub"));
  const name = `/boot/grub/grubenv of ${device}`;
  return diskGrubenvStore(createBlockDiskAccess(device), partition, { directory, exec, name });
}
