import { IcosError } from "@icos/system";
import * as v from "valibot";
import { objectSchema } from "../objects/field-table.ts";
import { guestNetworkSettings } from "../objects/network-settings.ts";

/**
 * Network settings of a running node, tried before they are kept: applied, and taken back at a deadline or by a restart of
 * the machine, unless somebody who still reaches the node confirms them.
 */

export const networkSettingsSchema = objectSchema(guestNetworkSettings);
export type NetworkSettings = v.InferOutput<typeof networkSettingsSchema>;

/** A point in time of one boot; there is no order between the moments of two boots. */
export interface Moment {
  readonly bootId: string;
  /** Milliseconds since the boot: nobody sets this clock. */
  readonly uptime: number;
}

/** `null` stands for the settings that the node's configuration says. */
export type TryState =
  | { readonly kind: "settled"; readonly settings: NetworkSettings | null }
  | {
      readonly kind: "trying";
      readonly candidate: NetworkSettings;
      readonly before: NetworkSettings | null;
      readonly deadline: Moment;
    };

export const UNTOUCHED: TryState = { kind: "settled", settings: null };

/** What is to be in force in this state. */
export function inForce(state: TryState): NetworkSettings | null {
  return state.kind === "trying" ? state.candidate : state.settings;
}

/** Settled -> trying. */
export function beginTry(state: TryState, candidate: NetworkSettings, deadline: Moment): TryState {
  if (state.kind === "trying") {
    throw new IcosError("try-in-progress", "Other network settings are being tried.", {
      next: "Confirm or revert them first, or wait until their time is over.",
    });
  }
  return { kind: "trying", candidate, before: state.settings, deadline };
}

/** Trying -> settled with what is tried. The caller has settled the state at this moment, so it is not too late. */
export function confirmTry(state: TryState): TryState {
  if (state.kind === "trying") return { kind: "settled", settings: state.candidate };
  throw new IcosError("nothing-tried", "No network settings are being tried; what was tried has been reverted.", {
    next: "Try the settings again, with more time to confirm them.",
  });
}

/** Trying -> settled with what was before, whatever the time. A settled state stays. */
export function revertTry(state: TryState): TryState {
  return state.kind === "trying" ? { kind: "settled", settings: state.before } : state;
}

/** Trying -> settled with what was before, once the time is over or the machine has been started again. */
export function settleTry(state: TryState, now: Moment): TryState {
  return state.kind === "trying" && timeLeft(state.deadline, now) === 0 ? revertTry(state) : state;
}

/** Milliseconds; none in another boot. */
export function timeLeft(deadline: Moment, now: Moment): number {
  return deadline.bootId === now.bootId ? Math.max(0, deadline.uptime - now.uptime) : 0;
}
