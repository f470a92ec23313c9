import { IcosError } from "@icos/system";
import type { LogEntry } from "./log-entry.ts";

/** What cannot be done with a proposal, or by this caller. */
export class ProposalRefused extends IcosError {}

/** Where a proposal stands. Times are nanoseconds since the Unix epoch. */
export type ProposalState =
  | { readonly kind: "open" }
  | { readonly kind: "rejected"; readonly decided: bigint }
  | { readonly kind: "withdrawn"; readonly decided: bigint }
  /** To be executed; a crash leaves it so, and the next start executes it. */
  | { readonly kind: "adopted"; readonly decided: bigint }
  | {
      readonly kind: "executed";
      readonly decided: bigint;
      readonly executed: bigint;
      /** That it made; absent when it changed nothing. */
      readonly version?: bigint | undefined;
      /** Of the registry's method, candid. */
      readonly reply: Uint8Array;
    }
  | {
      readonly kind: "failed";
      readonly decided: bigint;
      readonly failed: bigint;
      readonly code: string;
      readonly reason: string;
    };

/** A proposal to run an NNS function. */
export interface Proposal {
  /** From 1, in the order of submission. */
  readonly id: number;
  readonly submitted: bigint;
  /** Principal in textual form. */
  readonly proposer: string;
  readonly nnsFunction: number;
  /** Argument of the function's method, candid. */
  readonly payload: Uint8Array;
  readonly title: string;
  readonly summary: string;
  readonly url: string;
  readonly state: ProposalState;
}

/** The proposal that the entry is of, after it. @throws ProposalRefused `proposal-state`, `proposal-unknown` */
export function afterEntry(proposals: ReadonlyMap<number, Proposal>, entry: LogEntry): Proposal {
  return entry.kind === "submitted" ? submitted(proposals, entry) : advanced(proposals, entry);
}

function submitted(
  proposals: ReadonlyMap<number, Proposal>,
  entry: Extract<LogEntry, { kind: "submitted" }>,
): Proposal {
  const { proposal: id, time, payload, proposer, nnsFunction, title, summary, url } = entry;
  if (id !== proposals.size + 1) throw new ProposalRefused("proposal-state", `Proposal ${id} does not follow.`);
  const texts = { title, summary, url };
  const bytes = Buffer.from(payload, "hex");
  return { id, submitted: BigInt(time), proposer, nnsFunction, payload: bytes, ...texts, state: { kind: "open" } };
}

function advanced(proposals: ReadonlyMap<number, Proposal>, entry: Exclude<LogEntry, { kind: "submitted" }>): Proposal {
  const proposal = proposals.get(entry.proposal);
  if (!proposal) throw new ProposalRefused("proposal-unknown", `There is no proposal ${entry.proposal}.`);
  return { ...proposal, state: nextState(proposal, entry) };
}

function nextState({ id, state }: Proposal, entry: Exclude<LogEntry, { kind: "submitted" }>): ProposalState {
  const time = BigInt(entry.time);
  switch (entry.kind) {
    case "adopted": // open -> adopted
    case "rejected": // open -> rejected
    case "withdrawn": // open -> withdrawn
      if (state.kind !== "open") throw wrongState(id, state, "open");
      return { kind: entry.kind, decided: time };
    case "executed": {
      // adopted -> executed
      if (state.kind !== "adopted") throw wrongState(id, state, "adopted");
      const { version, reply } = entry;
      const made = version === null ? {} : { version: BigInt(version) };
      return { kind: "executed", decided: state.decided, executed: time, ...made, reply: Buffer.from(reply, "hex") };
    }
    case "failed": // adopted -> failed
      if (state.kind !== "adopted") throw wrongState(id, state, "adopted");
      return { kind: "failed", decided: state.decided, failed: time, code: entry.code, reason: entry.reason };
    default:
      throw new ProposalRefused("proposal-state", `Proposal ${id} has an entry of an unknown kind.`);
  }
}

function wrongState(id: number, { kind }: ProposalState, wanted: string): ProposalRefused {
  return new ProposalRefused("proposal-state", `Proposal ${id} is ${kind}, not ${wanted}.`);
}
