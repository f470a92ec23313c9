import { concatBytes, domainSeparator } from "./bytes.ts";
import { verifyDelegations } from "./delegation-chain.ts";
import type { Envelope } from "./envelope.ts";
import { requestId } from "./hash-of-map.ts";
import { Principal, selfAuthenticating } from "./principal.ts";
import type { RequestContent } from "./request-content.ts";
import { checkRequestExpiry } from "./request-expiry.ts";
import { readSenderKey, unauthenticated } from "./sender-key.ts";

/** A request whose sender is proven. */
export interface AuthenticatedRequest<Content extends RequestContent> {
  readonly content: Content;
  readonly sender: Principal;
  /** 32 bytes. */
  readonly requestId: Uint8Array;
  /** The canisters (as text) that the delegations allow; `undefined`: any. */
  readonly targets: ReadonlySet<string> | undefined;
}

const REQUEST = domainSeparator("ic-request");

/** What a request's signature is over. */
export function requestMessage(id: Uint8Array): Uint8Array {
  return concatBytes(REQUEST, id);
}

/**
 * Checks expiry, signature, delegations and sender of a request at `now` (nanoseconds). Throws `request-expired` or
 * `request-unauthenticated`. It does not know what was executed before: refusing a repeated call is the caller's part.
 */
export function authenticateRequest<Content extends RequestContent>(
  envelope: Envelope<Content>,
  now: bigint,
): AuthenticatedRequest<Content> {
  const { content } = envelope;
  const anonymous = content.sender.isAnonymous();
  if (!anonymous || content.request_type === "call") checkRequestExpiry(content.ingress_expiry, now);
  const id = requestId(content);
  const targets = anonymous ? checkUnsigned(envelope) : verifySender(envelope, id, now);
  if (targets && "canister_id" in content && !targets.has(content.canister_id.toText())) {
    throw unauthenticated(`the delegations do not allow requests to canister ${content.canister_id.toText()}`);
  }
  return { content, sender: content.sender, requestId: id, targets };
}

function checkUnsigned({ senderPublicKey, senderSignature, senderDelegation }: Envelope): undefined {
  if (senderPublicKey || senderSignature || senderDelegation.length > 0) {
    throw unauthenticated("the anonymous sender does not sign, so key, signature and delegations must be left out");
  }
}

function verifySender(envelope: Envelope, id: Uint8Array, now: bigint): ReadonlySet<string> | undefined {
  const { content, senderPublicKey, senderSignature, senderDelegation } = envelope;
  if (!senderPublicKey || !senderSignature) throw unauthenticated("the sender's public key or signature is missing");
  const owner = selfAuthenticating(senderPublicKey);
  if (owner.toText() !== content.sender.toText()) {
    throw unauthenticated(`the public key belongs to ${owner.toText()}, not to the sender ${content.sender.toText()}`);
  }
  const chain = verifyDelegations(senderPublicKey, senderDelegation, now);
  if (!chain.mayCall && content.request_type === "call") {
    throw unauthenticated("the delegations allow queries only");
  }
  if (!readSenderKey(chain.signingKey).verify(requestMessage(id), senderSignature)) {
    throw unauthenticated("the signature does not verify");
  }
  return chain.targets;
}
