import type { PayloadOf, RegistryMethod } from "@icos/registry";
import { IcosError } from "@icos/system";
import { encodeArgument } from "../candid/message.ts";
import { METHOD_CODECS } from "../candid/methods.ts";
import { GOVERNANCE_CANISTER_ID, GOVERNANCE_METHODS } from "../governance/codecs.ts";
import { nnsFunctionOf } from "../governance/nns-functions.ts";
import type { Proposal } from "../governance/proposal.ts";
import type { NnsClient } from "./nns-client.ts";

export interface ProposalTexts {
  readonly title: string;
  readonly summary?: string | undefined;
  readonly url?: string | undefined;
}

/** Submits, decides on and reads proposals. Only governance may do more than read. */
export class ProposalsClient {
  readonly #client: NnsClient;

  constructor(client: NnsClient) {
    this.#client = client;
  }

  /** Proposes to run the NNS function that calls the method. @throws IcosError `not-an-nns-function` */
  async submit<Method extends RegistryMethod>(
    method: Method,
    payload: PayloadOf<Method>,
    { title, summary = "", url = "" }: ProposalTexts,
  ): Promise<Proposal> {
    const known = nnsFunctionOf(method);
    if (!known) throw new IcosError("not-an-nns-function", `A proposal cannot call ${method}.`);
    const bytes = encodeArgument(METHOD_CODECS[method].payload, payload);
    const content = { nnsFunction: known.number, payload: bytes, title, summary, url };
    return this.#client.update(GOVERNANCE_CANISTER_ID, "submit_proposal", GOVERNANCE_METHODS.submit_proposal, content);
  }

  /** Adopts an open proposal, which executes it. */
  readonly adopt = (id: number): Promise<Proposal> => this.#decide("adopt_proposal", id);
  readonly reject = (id: number): Promise<Proposal> => this.#decide("reject_proposal", id);
  readonly withdraw = (id: number): Promise<Proposal> => this.#decide("withdraw_proposal", id);
  /** Executes an adopted proposal that a crash has kept from it. */
  readonly execute = (id: number): Promise<Proposal> => this.#decide("execute_proposal", id);

  async get(id: number): Promise<Proposal | undefined> {
    const codec = GOVERNANCE_METHODS.get_proposal_info;
    return this.#client.query(GOVERNANCE_CANISTER_ID, "get_proposal_info", codec, BigInt(id));
  }

  /** Newest first. */
  async list(limit = 100, before?: number): Promise<readonly Proposal[]> {
    const request = { limit, before_proposal: before === undefined ? undefined : BigInt(before) };
    const codec = GOVERNANCE_METHODS.list_proposals;
    return (await this.#client.query(GOVERNANCE_CANISTER_ID, "list_proposals", codec, request)).proposals;
  }

  #decide(
    method: "adopt_proposal" | "reject_proposal" | "withdraw_proposal" | "execute_proposal",
    id: number,
  ): Promise<Proposal> {
    return this.#client.update(GOVERNANCE_CANISTER_ID, method, GOVERNANCE_METHODS[method], BigInt(id));
  }
}
