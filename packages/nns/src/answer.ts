import { MutationRefused } from "@icos/registry";
import type { CallOutcome } from "@icos/replica";
import { describeError, IcosError } from "@icos/system";
import { ProposalRefused } from "./governance/proposal.ts";

/** Reject codes of the interface specification. */
const CANISTER_REJECT = 4;
const CANISTER_ERROR = 5;

/** The answer with these bytes, or the rejection that a refusal or a malformed argument is. */
export function answering(work: () => Uint8Array | CallOutcome): CallOutcome {
  try {
    const answer = work();
    return answer instanceof Uint8Array ? { kind: "reply", reply: answer } : answer;
  } catch (error) {
    if (error instanceof MutationRefused || error instanceof ProposalRefused) return reject(error);
    if (error instanceof IcosError && error.code === "candid-malformed") return reject(error, CANISTER_ERROR);
    throw error; // a trap
  }
}

/** A rejection says `code: sentence`. */
export function reject(refusal: IcosError, code = CANISTER_REJECT): CallOutcome {
  return { kind: "reject", code, message: `${refusal.code}: ${describeError(refusal)}` };
}
