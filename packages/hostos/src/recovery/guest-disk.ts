import { join } from "node:path";
import { openBlockDevice, type BlockDevice, type GrubenvStore, type Slot } from "@icos/slots";
import { guestGrubenvStore, holdDisk, requireBootableSlot } from "@icos/vm";
import { makeDirectory, type Exec } from "@icos/system";

export const GUEST_DISK = "/dev/hostlvm/guestos";

/** A disk that no machine can be started on before it is let go. */
export interface HeldDisk extends AsyncDisposable {
  /** To be closed before it is let go. */
  open(): Promise<BlockDevice>;
  grubenv(): Promise<GrubenvStore>;
}

export interface GuestDisk {
  /** To write to it; refused while a machine or somebody else who writes has it (`disk-in-use`). */
  hold(): Promise<HeldDisk>;
  /** Can be read while the guest runs. */
  grubenv(): Promise<Pick<GrubenvStore, "name" | "read">>;
  /** Throws `boot-artefacts-missing` when there is nothing in the slot that could be started. */
  requireBootable(slot: Slot): Promise<void>;
}

/** The disk of the first guest. */
export function guestDisk(exec: Exec, scratch: string, device = GUEST_DISK): GuestDisk {
  const grubenv = async (): Promise<GrubenvStore> => {
    const directory = join(scratch, "grubenv");
    await makeDirectory(directory, 0o700);
    return guestGrubenvStore(device, directory, { exec });
  };
  return {
    async hold() {
      const hold = await holdDisk(device);
      return { open: () => openBlockDevice(device), grubenv, [Symbol.asyncDispose]: () => hold[Symbol.asyncDispose]() };
    },
    grubenv,
    requireBootable: (slot) => requireBootableSlot({ device, directory: join(scratch, "slot"), slot }, { exec }),
  };
}
