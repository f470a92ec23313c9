import type { CallOutcome, Canister, QueryCall, UpdateCall } from "@icos/replica";
import { methodNotFound } from "@icos/replica";
import { answering } from "../answer.ts";
import type { Codec } from "../candid/codec.ts";
import { decodeArgument, encodeArgument } from "../candid/message.ts";
import { GOVERNANCE_METHODS, governanceInterfaceFile } from "./codecs.ts";
import type { Governance } from "./governance.ts";
import { type Proposal, ProposalRefused } from "./proposal.ts";

/** A list has at most this many. */
const MOST_LISTED = 100;

/** Proposals as a canister of the interface. Anybody may read; only the network's authority may change something. */
export class GovernanceCanister implements Canister {
  readonly #governance: Governance;
  readonly #authority: string;

  /** @param authority principal in textual form */
  constructor(governance: Governance, authority: string) {
    this.#governance = governance;
    this.#authority = authority;
  }

  query({ method, arg }: QueryCall): CallOutcome {
    return answering(() => {
      switch (method) {
        case "get_proposal_info": {
          const { payload, reply } = GOVERNANCE_METHODS.get_proposal_info;
          return encodeArgument(reply, this.#find(Number(decodeArgument(payload, arg))));
        }
        case "list_proposals": {
          const { payload, reply } = GOVERNANCE_METHODS.list_proposals;
          const { before_proposal: before, limit } = decodeArgument(payload, arg);
          const proposals = this.#governance.list({
            before: before === undefined ? undefined : Number(before),
            limit: Math.min(limit, MOST_LISTED),
          });
          return encodeArgument(reply, { proposals });
        }
        default:
          return methodNotFound("query", method);
      }
    });
  }

  update(call: UpdateCall): CallOutcome {
    const { method, arg, time } = call;
    const decide = (codec: Codec<bigint>, what: (id: number) => Proposal): Uint8Array => {
      this.#requireAuthority(call);
      return encodeArgument(GOVERNANCE_METHODS.adopt_proposal.reply, what(Number(decodeArgument(codec, arg))));
    };
    return answering(() => {
      switch (method) {
        case "submit_proposal": {
          const { payload, reply } = GOVERNANCE_METHODS.submit_proposal;
          this.#requireAuthority(call);
          return encodeArgument(reply, this.#governance.submit(decodeArgument(payload, arg), call.caller, time));
        }
        case "adopt_proposal":
          return decide(GOVERNANCE_METHODS.adopt_proposal.payload, (id) => this.#governance.adopt(id, time));
        case "reject_proposal":
        case "withdraw_proposal":
          return decide(GOVERNANCE_METHODS[method].payload, (id) =>
            this.#governance.decline(id, method === "reject_proposal" ? "rejected" : "withdrawn", time),
          );
        case "execute_proposal":
          return decide(GOVERNANCE_METHODS.execute_proposal.payload, (id) => this.#governance.execute(id, time));
        default:
          return methodNotFound("update", method);
      }
    });
  }

  /** Nothing here is certified; the registry that an execution changes is. */
  certifiedData(): Uint8Array {
    return new Uint8Array();
  }

  metadata(): ReadonlyMap<string, Uint8Array> {
    return new Map([["candid:service", Buffer.from(governanceInterfaceFile())]]);
  }

  #find(id: number): Proposal | undefined {
    try {
      return this.#governance.get(id);
    } catch (error) {
      if (error instanceof ProposalRefused && error.code === "proposal-unknown") return undefined;
      throw error;
    }
  }

  #requireAuthority({ caller, method }: UpdateCall): void {
    if (caller.toText() === this.#authority) return;
    throw new ProposalRefused(
      "caller-not-governance",
      `${caller.toText()} may not call ${method}: only governance may.`,
    );
  }
}
