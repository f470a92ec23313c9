import { concatBytes, domainSeparator } from "./bytes.ts";
import type { SignedDelegation } from "./envelope.ts";
import { hashOfMap } from "./hash-of-map.ts";
import { readSenderKey, unauthenticated } from "./sender-key.ts";

/** What a chain of delegations comes down to. */
export interface DelegationChain {
  /** DER of the key that signs requests: the last of the chain. */
  readonly signingKey: Uint8Array;
  /** The canisters that every delegation allows, as text; `undefined`: any. */
  readonly targets: ReadonlySet<string> | undefined;
  /** Whether every delegation allows update calls too. */
  readonly mayCall: boolean;
}

const DELEGATION = domainSeparator("ic-request-auth-delegation");

/** What a delegation's signature is over. */
export function delegationMessage(delegation: SignedDelegation["delegation"]): Uint8Array {
  return concatBytes(DELEGATION, hashOfMap(delegation));
}

/** Checks a chain from the sender's key at `now` (nanoseconds); throws `request-unauthenticated`. */
export function verifyDelegations(
  senderKey: Uint8Array,
  delegations: readonly SignedDelegation[],
  now: bigint,
): DelegationChain {
  const seen = new Set([hex(senderKey)]);
  let signingKey = senderKey;
  let targets: ReadonlySet<string> | undefined;
  let mayCall = true;
  for (const [index, { delegation, signature }] of delegations.entries()) {
    const place = `delegation ${index + 1} of ${delegations.length}`;
    if (seen.has(hex(delegation.pubkey))) throw unauthenticated(`${place} goes back to a key used before`);
    seen.add(hex(delegation.pubkey));
    if (delegation.expiration < now) throw unauthenticated(`${place} has expired`);
    if (!readSenderKey(signingKey).verify(delegationMessage(delegation), signature)) {
      throw unauthenticated(`the signature of ${place} does not verify`);
    }
    if (delegation.targets) {
      const allowed = new Set(delegation.targets.map((target) => target.toText()));
      targets = targets?.intersection(allowed) ?? allowed;
    }
    if (delegation.permissions === "queries") mayCall = false;
    signingKey = delegation.pubkey;
  }
  return { signingKey, targets, mayCall };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
