import { encodeCbor } from "./cbor.ts";
import { type HashableValue, requestId } from "./hash-of-map.ts";
import { Principal } from "./principal.ts";
import { requestMessage } from "./request-authentication.ts";
import type { RequestContent } from "./request-content.ts";

/** Who signs: `publicKey` in DER, `sign` in the form that `UserPublicKey.verify` reads. */
export interface RequestSigner {
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

export interface SignedRequest {
  /** The body to send. */
  readonly body: Uint8Array;
  readonly requestId: Uint8Array;
}

/** Makes the body of a request; without a signer the sender has to be anonymous. */
export function signRequest(content: RequestContent, signer?: RequestSigner): SignedRequest {
  const id = requestId(content);
  const proof = signer && { sender_pubkey: signer.publicKey, sender_sig: signer.sign(requestMessage(id)) };
  return { body: encodeCbor({ content: toCbor(content), ...proof }), requestId: id };
}

function toCbor(value: HashableValue): unknown {
  if (value instanceof Principal) return value.toUint8Array();
  if (value instanceof Uint8Array || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(toCbor);
  const fields = Object.entries(value).flatMap(([name, field]) =>
    field === undefined ? [] : [[name, toCbor(field)] as const],
  );
  return Object.fromEntries(fields);
}
