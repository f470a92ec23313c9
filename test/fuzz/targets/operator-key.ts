import { operatorSigner } from "../../../packages/orchestrator/src/operator-key.ts";
import { textOf, unlessRefused } from "../harness/refusal.ts";

export function fuzz(data: Uint8Array): void {
  unlessRefused(() => operatorSigner(textOf(data), "node_operator_private_key.pem"));
}
