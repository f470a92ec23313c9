import * as v from "valibot";
import { parseWith } from "@icos/system";
import { decodeCbor } from "./cbor.ts";
import { Bytes, Nat64, PrincipalBytes, RequestContentSchema, type RequestContent } from "./request-content.ts";

const MALFORMED = { code: "request-malformed", name: "The request" } as const;
const MAX_DELEGATIONS = 20;
const MAX_TARGETS = 1000;

const SignedDelegationSchema = v.strictObject({
  delegation: v.strictObject({
    pubkey: Bytes,
    expiration: Nat64,
    targets: v.optional(v.pipe(v.array(PrincipalBytes), v.maxLength(MAX_TARGETS, `more than ${MAX_TARGETS}`))),
    permissions: v.optional(v.picklist(["queries", "all"])),
  }),
  signature: Bytes,
});

const EnvelopeSchema = v.strictObject({
  content: RequestContentSchema,
  sender_pubkey: v.optional(Bytes),
  sender_sig: v.optional(Bytes),
  sender_delegation: v.optional(
    v.pipe(v.array(SignedDelegationSchema), v.maxLength(MAX_DELEGATIONS, `more than ${MAX_DELEGATIONS}`)),
  ),
});

/** A request as it comes in: what is asked, and the proof of who asks. */
export interface Envelope<Content extends RequestContent = RequestContent> {
  readonly content: Content;
  readonly senderPublicKey: Uint8Array | undefined;
  readonly senderSignature: Uint8Array | undefined;
  readonly senderDelegation: readonly SignedDelegation[];
}

/** One key's word that another may sign in its place. Passed on as it came, because it is hashed. */
export type SignedDelegation = v.InferOutput<typeof SignedDelegationSchema>;

/** Reads a request; throws `request-malformed` with every wrong field. Nothing is verified yet. */
export function decodeEnvelope(bytes: Uint8Array): Envelope {
  const { content, sender_pubkey, sender_sig, sender_delegation } = parseWith(
    EnvelopeSchema,
    decodeCbor(bytes, MALFORMED),
    MALFORMED,
  );
  return {
    content,
    senderPublicKey: sender_pubkey,
    senderSignature: sender_sig,
    senderDelegation: sender_delegation ?? [],
  };
}
