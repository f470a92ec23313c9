import * as v from "valibot";
import type { WantedHost } from "./wanted-host.ts";

/** The last version that this node asked its host to install, kept over restarts: asking for it ends the guest. */
export const askedUpgradeSchema = v.strictObject({
  version: v.string(),
  sha256: v.string(),
  /** Milliseconds since the epoch. */
  at: v.pipe(v.number(), v.safeInteger()),
  /** How often, this time included. Earlier programs did not count. */
  tries: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1)), 1),
});
export type AskedUpgrade = Readonly<v.InferOutput<typeof askedUpgradeSchema>>;

export interface HostUpgradeFacts {
  readonly wanted: WantedHost | undefined;
  /** That the host runs. */
  readonly running: string;
  readonly asked: AskedUpgrade | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export type HostUpgradePlan =
  | { readonly kind: "nothing" }
  /** The host was asked for just this, and yet does not run it: it went back, and is not restarted for it again and again. */
  | { readonly kind: "went-back"; readonly target: WantedHost; readonly againIn: number }
  /** `tries`: how often it will then have been asked for this. */
  | { readonly kind: "ask"; readonly target: WantedHost; readonly tries: number };

/** Upstream's longest wait between two tries. */
export const LONGEST_MS = 2 * 3_600_000;
/** Each try of a version that the host does not keep costs two restarts and its trial. */
const LONGEST_AFTER_TRIES_MS = 24 * 3_600_000;

/** Whether to have the host upgraded now. Pure. */
export function planHostUpgrade({ wanted, running, asked, now }: HostUpgradeFacts): HostUpgradePlan {
  if (wanted === undefined || wanted.version === running) return { kind: "nothing" };
  if (asked?.version !== wanted.version || asked.sha256 !== wanted.sha256)
    return { kind: "ask", target: wanted, tries: 1 };
  // A clock that was set back must not make the wait longer.
  const againIn = Math.min(asked.at, now) + pauseAfterTries(asked.tries) - now;
  if (againIn > 0) return { kind: "went-back", target: wanted, againIn };
  return { kind: "ask", target: wanted, tries: asked.tries + 1 };
}

/** Two hours after the first, then twice as long each, at most a day. */
function pauseAfterTries(tries: number): number {
  return Math.min(LONGEST_MS * 2 ** (tries - 1), LONGEST_AFTER_TRIES_MS);
}

const FIRST_MS = 60_000;
const FACTOR = 1.75;

/** Upstream's wait before the next check, after so many that failed: the nodes of a network do not all come at once. */
export function pauseAfter(failures: number, random: number): number {
  return Math.round(Math.min(FIRST_MS * FACTOR ** Math.min(failures, 20), LONGEST_MS) * (0.5 + random));
}
