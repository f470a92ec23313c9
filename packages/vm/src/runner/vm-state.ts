import type { RunState } from "../qmp/commands.ts";
import type { MachineExit } from "./machine-exit.ts";

/**
 * Where a machine stands. Times are of the runner's clock.
 *
 *   stopped -> starting            start()
 *   starting -> running            QEMU answers
 *   running -> starting            reboot or poweroff, when the policy says restart
 *   running -> restarting          the same, after runs that were too short
 *   restarting -> starting         the wait is over
 *   starting, running -> crashed   QEMU ended by itself; `retryAt` when it will be started again
 *   crashed -> starting            the wait is over, or start()
 *   running -> stopped             poweroff by the guest
 *   any -> stopping -> stopped     stop(), kill()
 */
export type VmState =
  | { readonly kind: "stopped"; readonly exit?: MachineExit | undefined }
  | { readonly kind: "starting"; readonly since: number }
  | { readonly kind: "running"; readonly since: number; readonly pid: number }
  | { readonly kind: "restarting"; readonly at: number; readonly exit: MachineExit; readonly retryAt: number }
  | { readonly kind: "stopping"; readonly since: number; readonly deadline: number }
  | { readonly kind: "crashed"; readonly at: number; readonly reason: string; readonly retryAt: number | undefined };

export interface VmStatus {
  readonly name: string;
  readonly state: VmState;
  /** QEMU processes started since the runner was made. */
  readonly boots: number;
  /** What QEMU says, when it runs and answers. */
  readonly qemu: RunState | undefined;
}

/** How a machine that was told to stop came to its end. */
export type StopResult = "already-stopped" | "powered-down" | "quit" | "killed" | "crashed";
