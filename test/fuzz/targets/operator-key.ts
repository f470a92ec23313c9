import { readOperatorKey } from "../../../packages/config/src/operator-key.ts";
import { textOf } from "../harness/refusal.ts";

/** What is no key is told in the answer: nothing may be thrown. */
export function fuzz(data: Uint8Array): void {
  readOperatorKey(textOf(data));
}
