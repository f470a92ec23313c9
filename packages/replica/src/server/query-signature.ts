import { concatBytes, domainSeparator, hashOfMap, selfAuthenticating } from "@icos/certification";
import type { CallOutcome } from "../canister.ts";
import type { NodeKey } from "./options.ts";

const RESPONSE = domainSeparator("ic-response");

/** A query's answer as it is sent, signed by the node. `time` in nanoseconds. */
export function signedQueryResponse(
  outcome: CallOutcome,
  request: { readonly id: Uint8Array; readonly time: bigint },
  nodeKey: NodeKey,
): Record<string, unknown> {
  const answer =
    outcome.kind === "reply"
      ? { status: "replied", reply: { arg: outcome.reply } }
      : { status: "rejected", ...rejectionFields(outcome) };
  const hash = hashOfMap({ ...answer, timestamp: request.time, request_id: request.id });
  const signature = nodeKey.sign(concatBytes(RESPONSE, hash));
  const identity = selfAuthenticating(nodeKey.publicKey).toUint8Array();
  return { ...answer, signatures: [{ timestamp: request.time, signature, identity }] };
}

export function rejectionFields(outcome: CallOutcome & { readonly kind: "reject" }): {
  readonly reject_code: number;
  readonly reject_message: string;
  readonly error_code?: string;
} {
  const { code, message, errorCode } = outcome;
  return { reject_code: code, reject_message: message, ...(errorCode !== undefined && { error_code: errorCode }) };
}
