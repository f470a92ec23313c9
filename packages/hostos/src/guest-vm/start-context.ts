import type { HostosConfig } from "@icos/config";
import { IcosError, type Clock, type Exec, type Logger } from "@icos/system";
import type { GuestBoot } from "@icos/vm";
import type { GuestVmRole } from "./identity.ts";
import type { MachineFacts } from "./machine-facts.ts";
import type { GuestVmPlaces } from "./places.ts";
import type { GuestVmPlan, Variant } from "./plan-guest-vm.ts";

export interface StartModules {
  readonly exec: Exec;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The machine's certificates for attestation, as PEM; asked for when the environment is enabled. */
  readonly sevCertificates: () => Promise<string>;
}

/** What the phases of one start find out, each for those after it. */
export interface StartContext extends StartModules {
  readonly role: GuestVmRole;
  readonly places: GuestVmPlaces;
  /** Where systemd put what only root may read. */
  readonly credentials: string | undefined;
  readonly signal: AbortSignal;
  variant?: Variant;
  host?: HostosConfig;
  facts?: MachineFacts;
  plan?: GuestVmPlan;
  storage?: "file" | "block-device";
  boot?: GuestBoot;
  recoveryHash?: string;
  medium?: string;
  variables?: string;
  readonly warnings: string[];
}

/** What an earlier phase has found. */
export function found<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined) throw new IcosError("phase-order", `A phase needs ${what} and runs before it is known.`);
  return value;
}
