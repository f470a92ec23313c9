import { otherSlot, type Slot } from "./slot.ts";

/**
 * Where an upgrade stands, as `boot_cycle` of a `grubenv` stores it:
 *
 * - `install`: put there by an installer, never booted;
 * - `stable`: the slot in `alternative` is confirmed;
 * - `first_boot`: an upgrade is committed and not booted yet; `alternative` is the new slot, the old one still runs;
 * - `failsafe_check`: the new slot was booted and has not confirmed itself; the next boot goes back.
 */
export const BOOT_CYCLES = ["install", "stable", "first_boot", "failsafe_check"] as const;
export type BootCycle = (typeof BOOT_CYCLES)[number];

export interface BootState {
  readonly alternative: Slot;
  readonly cycle: BootCycle;
}

export const DEFAULT_BOOT_STATE: BootState = { alternative: "A", cycle: "stable" };

/** What a boot is for; upstream's boot loader shows the same words. */
export type BootLabel = "install" | "upgrade" | "failsafe" | "stable";

export interface Advance {
  /** To be stored before the slot is started. */
  readonly next: BootState;
  readonly boots: Slot;
  readonly label: BootLabel;
}

/**
 * What one boot does to the state. Not idempotent: whoever boots (the virtual machine's runner, or GRUB) applies it
 * exactly once per boot, and stores `next` only once it is certain that `boots` will be started.
 */
export function advance(state: BootState): Advance {
  const { alternative, cycle } = state;
  switch (cycle) {
    // install -> stable
    case "install":
      return { next: { alternative, cycle: "stable" }, boots: alternative, label: "install" };
    // first_boot -> failsafe_check
    case "first_boot":
      return { next: { alternative, cycle: "failsafe_check" }, boots: alternative, label: "upgrade" };
    // failsafe_check -> stable, in the other slot: the automatic way back
    case "failsafe_check": {
      const previous = otherSlot(alternative);
      return { next: { alternative: previous, cycle: "stable" }, boots: previous, label: "failsafe" };
    }
    // stable -> stable
    case "stable":
      return { next: state, boots: alternative, label: "stable" };
    default:
      return cycle satisfies never;
  }
}

/** The slot that the next boot starts. */
export function nextSlot(state: BootState): Slot {
  return advance(state).boots;
}

/** The slot an upgrade is written to: the one that is not running. */
export function targetSlot(running: Slot): Slot {
  return otherSlot(running);
}

export type Refusal = { readonly kind: "refused"; readonly reason: string };
export type InstallPlan = { readonly kind: "install"; readonly slot: Slot } | Refusal;
export type StatePlan = { readonly kind: "unchanged" } | { readonly kind: "write"; readonly next: BootState } | Refusal;

/**
 * Whether an upgrade may be written now, and into which slot. Refused in every unconfirmed state, `failsafe_check`
 * included: there the other slot is the only one known to work (upstream only warns).
 */
export function planInstall(state: BootState, running: Slot): InstallPlan {
  const refusal = whyNotConfirmed(state, running);
  return refusal ?? { kind: "install", slot: targetSlot(running) };
}

/** stable -> first_boot in the target slot; unchanged when that is already stored. */
export function planCommit(state: BootState, running: Slot): StatePlan {
  const next: BootState = { alternative: targetSlot(running), cycle: "first_boot" };
  if (state.cycle === next.cycle && state.alternative === next.alternative) return { kind: "unchanged" };
  return whyNotConfirmed(state, running) ?? { kind: "write", next };
}

/**
 * install, failsafe_check -> stable, by the running system once it works. Unchanged when already stable, and while
 * a committed upgrade waits for its reboot: confirming there (as upstream does) would make the new slot stable
 * without it ever having been booted.
 */
export function planConfirm(state: BootState, running: Slot): StatePlan {
  const { alternative, cycle } = state;
  switch (cycle) {
    case "stable":
      return { kind: "unchanged" };
    case "first_boot":
      if (alternative !== running) return { kind: "unchanged" };
      return refuse(`slot ${running} runs although its first boot was never recorded`);
    case "install":
    case "failsafe_check":
      if (alternative === running) return { kind: "write", next: { alternative, cycle: "stable" } };
      return refuse(`slot ${running} runs, and slot ${alternative} is the one to be confirmed`);
    default:
      return cycle satisfies never;
  }
}

function whyNotConfirmed({ alternative, cycle }: BootState, running: Slot): Refusal | undefined {
  switch (cycle) {
    case "stable":
      if (alternative === running) return undefined;
      return refuse(`slot ${running} runs, and slot ${alternative} is the confirmed one`);
    case "install":
      return refuse("the installed system has not been confirmed");
    case "first_boot":
      return refuse(`an upgrade to slot ${alternative} waits for its first boot`);
    case "failsafe_check":
      return refuse(`slot ${alternative} has not confirmed its first boot`);
    default:
      return cycle satisfies never;
  }
}

function refuse(reason: string): Refusal {
  return { kind: "refused", reason };
}
