import { thresholdKeyFromDer, thresholdKeyFromPem } from "../../../packages/certification/src/index.ts";
import { readUserPublicKey } from "../../../packages/certification/src/user-public-key.ts";
import { textOf, unlessRefused } from "../harness/refusal.ts";

/** Public keys in DER and PEM. */
export function fuzz(data: Uint8Array): void {
  unlessRefused(() => readUserPublicKey(data));
  unlessRefused(() => thresholdKeyFromDer(data));
  unlessRefused(() => thresholdKeyFromPem(textOf(data)));
}
