import type { MachineExit } from "./machine-exit.ts";

export interface RestartPolicy {
  readonly onReboot: "restart" | "stop";
  readonly onPoweroff: "restart" | "stop";
  readonly onCrash: "restart" | "stop";
  /** The wait before the second restart in a row; it doubles with each further one. */
  readonly initialDelayMs: number;
  readonly maximumDelayMs: number;
  /** A machine that ran so long is taken to be well: the next restart does not wait. */
  readonly healthyAfterMs: number;
}

export const DEFAULT_RESTART_POLICY: RestartPolicy = {
  onReboot: "restart",
  onPoweroff: "stop",
  onCrash: "restart",
  initialDelayMs: 1_000,
  maximumDelayMs: 60_000,
  healthyAfterMs: 120_000,
};

export type AfterExit =
  | { readonly kind: "restart"; readonly delayMs: number; readonly shortRuns: number }
  | { readonly kind: "stop" };

/**
 * What follows an exit that nobody asked for. Pure.
 * @param ranMs how long the machine ran
 * @param shortRuns how many runs before this one were too short, in a row
 */
export function planAfterExit(policy: RestartPolicy, exit: MachineExit, ranMs: number, shortRuns: number): AfterExit {
  if (!wantsRestart(policy, exit)) return { kind: "stop" };
  if (ranMs >= policy.healthyAfterMs) return { kind: "restart", delayMs: 0, shortRuns: 0 };
  // The first reboot of a new machine is no sign of trouble; the first crash is.
  const exponent = exit.kind === "crash" ? shortRuns : shortRuns - 1;
  const delayMs = exponent < 0 ? 0 : Math.min(policy.maximumDelayMs, policy.initialDelayMs * 2 ** exponent);
  return { kind: "restart", delayMs, shortRuns: shortRuns + 1 };
}

function wantsRestart(policy: RestartPolicy, exit: MachineExit): boolean {
  if (exit.kind === "reboot") return exit.cause === "host" || policy.onReboot === "restart";
  if (exit.kind === "poweroff") return policy.onPoweroff === "restart";
  return exit.kind === "crash" && policy.onCrash === "restart";
}
