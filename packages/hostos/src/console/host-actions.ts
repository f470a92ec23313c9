import type { BootState, Slot } from "@icos/slots";
import type { RecoveryRequest } from "../recovery/request.ts";
import type { Progress } from "../root-service/messages.ts";
import type { UnitState } from "./unit-states.ts";

export interface ActionOptions {
  readonly onProgress: (progress: Progress) => void;
  readonly signal: AbortSignal;
}

/**
 * What the console has others do, because it has no right to: each is a root program of its own behind a socket, that
 * checks what it is asked. There is nothing else that the console could have done.
 */
export interface HostActions {
  unitStates(): Promise<readonly UnitState[]>;
  reboot(): Promise<void>;
  restartGuestos(): Promise<void>;
  showAlternative(): Promise<BootState | undefined>;
  /** Gives the slot that GuestOS was started from. */
  swapAlternative(target: Slot | undefined, options: ActionOptions): Promise<Slot>;
  /** The recovery request on a USB stick. */
  readRecoveryRequest(): Promise<RecoveryRequest>;
  recover(request: RecoveryRequest, options: ActionOptions): Promise<void>;
  /** Gives where the bundle is. */
  diagnostics(options: ActionOptions): Promise<string>;
}
