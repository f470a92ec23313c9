import { join } from "node:path";
import { openBlockDevice, type BlockDevice, type GrubenvStore, type Slot } from "@icos/slots";
import { guestGrubenvStore, requireBootableSlot, requireUnusedDisk } from "@icos/vm";
import { makeDirectory, type Exec } from "@icos/system";

export const GUEST_DISK = "/dev/hostlvm/guestos";

export interface GuestDisk {
  /** To be written to; refused while a machine has it (`disk-in-use`). */
  open(): Promise<BlockDevice>;
  grubenv(): Promise<GrubenvStore>;
  /** Throws `boot-artefacts-missing` when there is nothing in the slot that could be started. */
  requireBootable(slot: Slot): Promise<void>;
}

/** The disk of the first guest. Its `grubenv` can be read while the guest runs, and written to only when it does not. */
export function guestDisk(exec: Exec, scratch: string, device = GUEST_DISK): GuestDisk {
  return {
    async open() {
      await requireUnusedDisk(device, exec);
      return openBlockDevice(device);
    },
    requireBootable: (slot) => requireBootableSlot({ device, directory: join(scratch, "slot"), slot }, { exec }),
    async grubenv() {
      const directory = join(scratch, "grubenv");
      await makeDirectory(directory, 0o700);
      const store = await guestGrubenvStore(device, directory, { exec });
      return {
        ...store,
        async write(block) {
          await requireUnusedDisk(device, exec);
          await store.write(block);
        },
      };
    },
  };
}
