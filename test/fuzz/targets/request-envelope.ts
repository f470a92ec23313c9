import { decodeEnvelope } from "../../../packages/certification/src/index.ts";
import { unlessRefused } from "../harness/refusal.ts";

/** What a client posts (CBOR): content, public key, signature, delegations. */
export function fuzz(data: Uint8Array): void {
  unlessRefused(() => decodeEnvelope(data));
}
