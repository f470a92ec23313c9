import { IcosError } from "@icos/system";

const SECOND = 1_000_000_000n;
/** How far ahead a request may expire (upstream `rs/limits`: MAX_INGRESS_TTL). */
export const MAX_INGRESS_TTL = 300n * SECOND;
/** What the sender's clock may be ahead (upstream: PERMITTED_DRIFT_AT_VALIDATOR). */
export const PERMITTED_DRIFT = 30n * SECOND;

/** Throws `request-expired` unless `expiry` is from `now` to five and a half minutes later; all in nanoseconds. */
export function checkRequestExpiry(expiry: bigint, now: bigint): void {
  const latest = now + MAX_INGRESS_TTL + PERMITTED_DRIFT;
  if (expiry >= now && expiry <= latest) return;
  // Agents look for the first three words, and then compare their clock with the network's.
  throw new IcosError(
    "request-expired",
    `Invalid request expiry: ${showTime(expiry)} is not between ${showTime(now)} and ${showTime(latest)}.`,
    { next: "Compare the sender's clock with this node's, and send the request anew." },
  );
}

function showTime(nanoseconds: bigint): string {
  const date = new Date(Number(nanoseconds / 1_000_000n));
  return Number.isNaN(date.getTime()) ? `${nanoseconds} ns` : date.toISOString();
}
