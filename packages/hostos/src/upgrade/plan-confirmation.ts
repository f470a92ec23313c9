import type { BootState, Slot } from "@icos/slots";
import type { ReportedHealth } from "../agent/guest-health.ts";
import type { RunState } from "../guest-vm/run-state.ts";

/** What is known when it is asked whether the running version of HostOS works. */
export interface ConfirmationFacts {
  readonly state: BootState;
  readonly running: Slot;
  /** Milliseconds since this version was booted. */
  readonly upMs: number;
  /** False when the guest's disk holds no system: then there is no guest whose health could be asked. */
  readonly hasGuest: boolean;
  readonly health: ReportedHealth | undefined;
  readonly guestVm: RunState | undefined;
  /** How long a version has, in milliseconds since it was booted. */
  readonly deadlineMs: number;
}

export type ConfirmationPlan =
  /** There is nothing to confirm, or no longer. */
  | { readonly kind: "nothing"; readonly why: string }
  | { readonly kind: "wait"; readonly for: string }
  | { readonly kind: "confirm"; readonly why: string }
  /** Boots the other slot: the boot loader takes an unconfirmed one back. */
  | { readonly kind: "give-up"; readonly why: string };

/** From power-on to a guest that follows the registry takes minutes; a new version gets this long. */
export const CONFIRMATION_DEADLINE_MS = 20 * 60_000;

/**
 * Whether the running version is confirmed. A host is there to run its guest, so it works when the guest says that it does;
 * upstream confirms as soon as the virtual machine was created. Pure.
 */
export function planConfirmation(facts: ConfirmationFacts): ConfirmationPlan {
  const { state, running, upMs, hasGuest, health, guestVm, deadlineMs } = facts;
  if (state.cycle === "stable") return { kind: "nothing", why: "the running version is confirmed" };
  if (state.cycle === "first_boot" && state.alternative !== running)
    return { kind: "nothing", why: "another version waits for its first boot" };
  if (!hasGuest) {
    if (couldStart(guestVm)) return { kind: "confirm", why: "the runner works, and there is no guest to ask" };
  } else if (health?.state === "healthy") return { kind: "confirm", why: "the guest is healthy" };
  const missing = whatIsMissing(facts);
  if (upMs >= deadlineMs) return { kind: "give-up", why: `${missing} after ${duration(upMs)}` };
  return { kind: "wait", for: missing };
}

/** Of the disk, which is looked at when everything else that a machine needs is there. */
const NO_GUEST: ReadonlySet<string | null> = new Set(["partition-table-invalid", "partition-missing"]);

/** Whether the runner lacks nothing but a guest. */
function couldStart(guestVm: RunState | undefined): boolean {
  if (guestVm === undefined) return false;
  const { state } = guestVm;
  return state.kind === "running" || (state.kind === "failed" && NO_GUEST.has(state.code));
}

function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1_000);
  return seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`;
}

function whatIsMissing({ health, guestVm }: ConfirmationFacts): string {
  if (guestVm === undefined) return "the runner of the guest has not started";
  const { state, lastFailure } = guestVm;
  if (state.kind === "waiting" || state.kind === "failed") return `the guest cannot be started: ${state.reason}`;
  if (state.kind !== "running")
    return lastFailure === null ? "the guest has not started" : `the guest ended: ${lastFailure.reason}`;
  if (health === undefined) return "the guest runs and has not reported";
  return health.detail === null ? `the guest is ${health.state}` : `the guest is ${health.state}: ${health.detail}`;
}
