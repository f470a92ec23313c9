import { blob, type Codec, nat32, nat64, opt, principal, record, text, union, vec } from "../candid/codec.ts";
import { describeService } from "../candid/interface.ts";
import { Principal } from "@icos/certification/principal";
import type { ProposalContent } from "./governance.ts";
import type { Proposal, ProposalState } from "./proposal.ts";

/** Upstream's id of the governance canister. */
export const GOVERNANCE_CANISTER_ID = Principal.fromText("rrkah-fqaaa-aaaaa-aaaaq-cai");

export interface ListProposals {
  /** Only those with a lower id. */
  readonly before_proposal?: bigint | undefined;
  readonly limit: number;
}

interface ProposalContentForm {
  readonly nns_function: number;
  readonly payload: Uint8Array;
  readonly title: string;
  readonly summary: string;
  readonly url: string;
}

interface ProposalForm extends ProposalContentForm {
  readonly id: bigint;
  readonly proposer: Principal;
  readonly submitted: bigint;
  readonly state: ProposalState;
}

const contentFields = { nns_function: nat32, payload: blob, title: text, summary: text, url: text };
const decided = { decided: nat64 };

const state: Codec<ProposalState> = union<ProposalState>("ProposalState", {
  open: undefined,
  rejected: record(undefined, decided),
  withdrawn: record(undefined, decided),
  adopted: record(undefined, decided),
  executed: record(undefined, { ...decided, executed: nat64, version: opt(nat64), reply: blob }),
  failed: record(undefined, { ...decided, failed: nat64, code: text, reason: text }),
});

const form: Codec<ProposalForm> = record("ProposalInfo", {
  id: nat64,
  proposer: principal,
  submitted: nat64,
  ...contentFields,
  state,
});

const content: Codec<ProposalContent> = mapped(
  record<ProposalContentForm>("SubmitProposal", contentFields),
  ({ nns_function: nnsFunction, ...rest }) => ({ nnsFunction, ...rest }),
  ({ nnsFunction: nns_function, ...rest }) => ({ nns_function, ...rest }),
);

const proposal: Codec<Proposal> = mapped(
  form,
  ({ id, proposer, nns_function: nnsFunction, ...rest }) => ({
    id: Number(id),
    proposer: proposer.toText(),
    nnsFunction,
    ...rest,
  }),
  ({ id, proposer, nnsFunction: nns_function, ...rest }) => ({
    id: BigInt(id),
    proposer: Principal.fromText(proposer),
    nns_function,
    ...rest,
  }),
);

const list: Codec<ListProposals> = record("ListProposals", { before_proposal: opt(nat64), limit: nat32 });
const proposals: Codec<{ readonly proposals: readonly Proposal[] }> = record("ListProposalsResponse", {
  proposals: vec(proposal),
});

/**
 * The stand-in for upstream's governance canister: its id, the names of its queries, and in place of neurons and votes
 * one authority that decides.
 */
export const GOVERNANCE_METHODS = {
  submit_proposal: { payload: content, reply: proposal },
  adopt_proposal: { payload: nat64, reply: proposal },
  reject_proposal: { payload: nat64, reply: proposal },
  withdraw_proposal: { payload: nat64, reply: proposal },
  execute_proposal: { payload: nat64, reply: proposal },
  get_proposal_info: { payload: nat64, reply: opt(proposal), query: true },
  list_proposals: { payload: list, reply: proposals, query: true },
} as const;

/** The candid interface file, `governance.did`. */
export function governanceInterfaceFile(): string {
  return describeService(GOVERNANCE_METHODS);
}

/** The same candid type with another value. */
function mapped<A, B>(inner: Codec<A>, read: (value: A) => B, write: (value: B) => A): Codec<B> {
  return {
    idl: inner.idl,
    shape: inner.shape,
    read: (value) => read(inner.read(value)),
    write: (value) => inner.write(write(value)),
  };
}
