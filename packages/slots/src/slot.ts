import { IcosError } from "@icos/system";

/** One of the two copies of the system on a disk. Upstream's `boot_alternative`. */
export type Slot = "A" | "B";

export const SLOTS: readonly Slot[] = ["A", "B"];

export function otherSlot(slot: Slot): Slot {
  return slot === "A" ? "B" : "A";
}

export function isSlot(text: string): text is Slot {
  return text === "A" || text === "B";
}

/**
 * The slot that is running, from the kernel command line (`/proc/cmdline`, argument `dfinity.system=A|B`).
 * Throws `slot-unknown` when the argument is missing, repeated with another value or names no slot.
 */
export function runningSlot(commandLine: string): Slot {
  const values = commandLine
    .split(/\s+/)
    .filter((argument) => argument.startsWith("dfinity.system="))
    .map((argument) => argument.slice("dfinity.system=".length));
  const [value] = values;
  if (value === undefined) {
    throw new IcosError("slot-unknown", "The kernel command line has no dfinity.system argument.", {
      next: "Boot the system with the command line of its boot_args file.",
    });
  }
  if (!isSlot(value) || values.some((each) => each !== value)) {
    throw new IcosError(
      "slot-unknown",
      `The kernel command line says dfinity.system=${values.join(" and ")}; it must be A or B.`,
    );
  }
  return value;
}
