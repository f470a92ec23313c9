import type { RunState } from "../guest-vm/run-state.ts";
import type { GuestVm } from "./situation.ts";
import type { UnitState } from "./unit-states.ts";

/** What the runner said, unless systemd knows that the runner itself has failed since. */
export function guestVmOf(runState: RunState | undefined, unit: UnitState | undefined): GuestVm {
  const failures = Math.max(1, runState?.failures ?? 1, unit?.restarts ?? 0);
  if (unit?.active === "failed") {
    const reason = runState?.lastFailure?.reason ?? `its service ended with ${unit.result}`;
    return { kind: "failed", failures, reason, retryAt: undefined };
  }
  if (runState === undefined) return { kind: "unknown" };
  const { state } = runState;
  switch (state.kind) {
    case "starting":
      return { kind: "starting", since: state.since };
    case "running":
      return { kind: "running", since: state.since, bootFailed: state.boot === "failed" };
    case "waiting":
      return { kind: "failed", failures, reason: state.reason, retryAt: state.retryAt };
    case "failed":
      return { kind: "failed", failures, reason: state.reason, retryAt: undefined };
    case "stopping":
    case "stopped":
      return { kind: "stopped" };
    default:
      return state satisfies never;
  }
}
