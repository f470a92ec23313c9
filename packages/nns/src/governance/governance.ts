import type { Principal } from "@icos/certification";
import type { RateLimitLevel, RegistryMethod, RegistryVersion } from "@icos/registry";
import { describeError, IcosError, parseJson } from "@icos/system";
import { decodeCall, encodeMethodReply, methodNamed } from "../candid/calls.ts";
import type { Append } from "../store/database.ts";
import type { DurableRegistry } from "../store/durable-registry.ts";
import { type LogEntry, logEntrySchema } from "./log-entry.ts";
import { nnsFunction, OBSOLETE_FUNCTIONS } from "./nns-functions.ts";
import { afterEntry, type Proposal, ProposalRefused } from "./proposal.ts";

export type ProposalContent = Pick<Proposal, "nnsFunction" | "payload" | "title" | "summary" | "url">;

interface Execution {
  readonly versions: readonly RegistryVersion[];
  readonly levels: readonly RateLimitLevel[];
  readonly reply: Uint8Array;
}

/** Longest texts, in bytes, as upstream has them. */
const LONGEST = { title: 256, summary: 30_000, url: 2_048 } as const;

/**
 * The proposals of a network with one authority: its word adopts, and what is adopted is executed. The log of what
 * happened is durable; an execution is one transaction with the version that it makes, so it happens exactly once.
 */
export class Governance {
  readonly #registry: DurableRegistry;
  readonly #proposals = new Map<number, Proposal>();

  /** @param log of the registry's database */
  constructor(registry: DurableRegistry, log: Iterable<string>) {
    this.#registry = registry;
    for (const text of log) {
      const entry = parseJson(logEntrySchema, text, { code: "nns-database-damaged", name: "The governance log" });
      const proposal = afterEntry(this.#proposals, entry);
      this.#proposals.set(proposal.id, proposal);
    }
  }

  /** @throws ProposalRefused `proposal-invalid` with all that is wrong */
  submit(content: ProposalContent, proposer: Principal, time: bigint): Proposal {
    const problems = contentProblems(content);
    if (problems.length > 0)
      throw new ProposalRefused("proposal-invalid", `The proposal is not valid: ${problems.join("; ")}.`);
    const { nnsFunction: number, payload, title, summary, url } = content;
    return this.#record({
      kind: "submitted",
      proposal: this.#proposals.size + 1,
      time: time.toString(),
      proposer: proposer.toText(),
      nnsFunction: number,
      payload: Buffer.from(payload).toString("hex"),
      title,
      summary,
      url,
    });
  }

  /** Adopts an open proposal and executes it. @throws ProposalRefused `proposal-state`, `proposal-unknown` */
  adopt(id: number, time: bigint): Proposal {
    this.#record({ kind: "adopted", proposal: id, time: time.toString() });
    return this.execute(id, time);
  }

  /** @throws ProposalRefused `proposal-state`, `proposal-unknown` */
  decline(id: number, how: "rejected" | "withdrawn", time: bigint): Proposal {
    return this.#record({ kind: how, proposal: id, time: time.toString() });
  }

  /**
   * Executes an adopted proposal; one that cannot be executed has failed.
   * @throws ProposalRefused `proposal-state`, `proposal-unknown`
   */
  execute(id: number, time: bigint): Proposal {
    const proposal = this.get(id);
    if (proposal.state.kind !== "adopted")
      throw new ProposalRefused("proposal-state", `Proposal ${id} is ${proposal.state.kind}, not adopted.`);
    const { entry, ...changes } = this.#decide(proposal, time);
    return this.#record(entry, changes);
  }

  /** Executes what a crash has left adopted. Returns them as they are then. */
  executeAdopted(time: bigint): Proposal[] {
    const adopted = [...this.#proposals.values()].filter(({ state }) => state.kind === "adopted");
    return adopted.map(({ id }) => this.execute(id, time));
  }

  /** @throws ProposalRefused `proposal-unknown` */
  get(id: number): Proposal {
    const proposal = this.#proposals.get(id);
    if (!proposal) throw new ProposalRefused("proposal-unknown", `There is no proposal ${id}.`);
    return proposal;
  }

  /** Newest first, those with a lower id than `before`. */
  list({ before, limit }: { readonly before?: number | undefined; readonly limit: number }): Proposal[] {
    const newest = this.#proposals.size;
    const from = Math.min(newest, (before ?? newest + 1) - 1);
    const ids = Array.from({ length: Math.max(0, Math.min(limit, from)) }, (_, index) => from - index);
    return ids.map((id) => this.get(id));
  }

  /** What the execution changes, with the entry that tells of it. Nothing is stored yet. */
  #decide({ id, nnsFunction: number, payload }: Proposal, time: bigint): Append & { readonly entry: LogEntry } {
    const head = { proposal: id, time: time.toString() };
    const failed = (code: string, reason: string) => ({ entry: { kind: "failed", ...head, code, reason } as const });
    const method = methodOf(number);
    if (!method) return failed("function-unknown", `NNS function ${number} is not there.`);
    try {
      const { versions, levels, reply } = this.#run(method, payload, time);
      const version = versions[0]?.version ?? null;
      const hex = Buffer.from(reply).toString("hex");
      return { entry: { kind: "executed", ...head, version, reply: hex }, versions, levels };
    } catch (error) {
      // Whatever it is, it would be the same the next time, and nothing is changed: the proposal has failed.
      return failed(error instanceof IcosError ? error.code : "execution-trapped", describeError(error));
    }
  }

  #run(method: RegistryMethod, payload: Uint8Array, time: bigint): Execution {
    const outcome = this.#registry.decide(decodeCall(method, payload), this.#registry.rules.governance, time);
    if (outcome.kind === "refused") throw outcome.error;
    const { next, levels } = outcome;
    return { versions: next ? [next] : [], levels, reply: encodeMethodReply(method, outcome.reply) };
  }

  #record(entry: LogEntry, changes: Append = {}): Proposal {
    const proposal = afterEntry(this.#proposals, entry); // refuses what the state does not allow
    this.#registry.append({ ...changes, log: [JSON.stringify(entry)] });
    this.#proposals.set(proposal.id, proposal);
    return proposal;
  }
}

function methodOf(number: number): RegistryMethod | undefined {
  const known = nnsFunction(number);
  return known && methodNamed(known.method);
}

function contentProblems({ nnsFunction: number, payload, ...texts }: ProposalContent): string[] {
  const problems: string[] = [];
  const successors = OBSOLETE_FUNCTIONS.get(number);
  const method = methodOf(number);
  if (successors) problems.push(`NNS function ${number} is obsolete, use ${successors.join(" or ")}`);
  else if (!method) problems.push(`there is no NNS function ${number}`);
  else {
    try {
      decodeCall(method, payload);
    } catch (error) {
      problems.push(`payload: ${describeError(error)}`);
    }
  }
  if (texts.title.trim() === "") problems.push("title: it is blank");
  for (const name of ["title", "summary", "url"] as const)
    if (Buffer.byteLength(texts[name]) > LONGEST[name])
      problems.push(`${name}: it has more than ${LONGEST[name]} bytes`);
  return problems;
}
