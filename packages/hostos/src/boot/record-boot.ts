import { prepareBoot, type GrubenvStore, type Slot } from "@icos/slots";
import { describeError, type Logger } from "@icos/system";

/**
 * Stores that the running slot was booted, when GRUB could not: firmware may refuse to write, and GRUB boots all the same. With
 * `first_boot` still there, a slot on trial could neither be confirmed nor left; with the other slot's `failsafe_check`, a slot
 * that was gone back to could neither be kept nor upgraded. A first boot that the other slot has yet to have is left alone.
 * Returns the state that was stored, in words.
 *
 * What fails is a warning: a host that cannot write either comes up all the same.
 */
export async function recordBoot(store: GrubenvStore, running: Slot, logger: Logger): Promise<string | undefined> {
  try {
    const boot = await prepareBoot(store);
    const { next, boots, label } = boot;
    if ((label !== "upgrade" && label !== "failsafe") || boots !== running) return undefined;
    logger.log("warning", "GRUB could not store the boot state; the host does it now", { ...next });
    await boot.persist();
    return `${next.alternative} ${next.cycle}`;
  } catch (error) {
    logger.log("warning", "the boot state cannot be read or stored", { error: describeError(error) });
    return undefined;
  }
}
