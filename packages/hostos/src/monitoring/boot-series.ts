import { nextSlot, type BootState, type Slot } from "@icos/slots";
import { gauge, type Labels, type Sample } from "@icos/system";

/**
 * The series of the host's slots, from the state that the boot loader will find: whether it is confirmed, and what waits.
 * Upstream's number of an action is 1 for a step of an upgrade that is done and 2 for the way back at the next boot.
 */
export function bootSeries(state: BootState, version: string): readonly Sample[] {
  const stable = gauge("hostos_boot_stable", "Whether the boot slot is confirmed.", state.cycle === "stable" ? 1 : 0);
  const action = (value: number, labels: Labels): Sample =>
    gauge(
      "hostos_boot_action",
      "What the slots have been through: 0 nothing, 1 a step of an upgrade, 2 the way back next.",
      value,
      labels,
    );
  switch (state.cycle) {
    case "stable":
      return [stable, action(0, { successful_boot: "true" })];
    case "install":
      return [stable];
    case "first_boot":
      return [stable, action(1, { committed: "true" })];
    case "failsafe_check":
      return [stable, action(2, { next_boot: nextSlot(state), version })];
    default:
      return state.cycle satisfies never;
  }
}

/** The slot that the host was started from; not upstream's. */
export function slotSeries(slot: Slot): Sample {
  return gauge("hostos_boot_slot", "The slot that the host runs from.", 1, { slot });
}
