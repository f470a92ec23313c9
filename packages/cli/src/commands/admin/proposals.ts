import { argumentJson, METHOD_CODECS, nnsFunction } from "@icos/nns/interface";
import { type Proposal, ProposalsClient } from "@icos/nns";
import type { Json } from "@icos/registry";
import { IcosError } from "@icos/system";
import type { CliContext } from "../../context.ts";
import { ExitWith } from "../../exit-with.ts";
import { renderTable } from "../../output/table.ts";
import type { AdminChange, AdminProposal } from "../../schemas/admin.ts";
import type { ReadOptions } from "./options.ts";
import { isoTime, valueText } from "./certified.ts";
import { changesOf, changesText } from "./changes.ts";
import { registryMethods } from "./method-flags.ts";
import type { DecideOptions, Decision } from "./register-proposals.ts";
import { openTarget, signingClient, type Target } from "./target.ts";

/** `icos admin proposals [ID]`. */
export async function adminProposals(
  context: CliContext,
  id: number | undefined,
  options: ReadOptions & { readonly limit?: number },
): Promise<void> {
  const target = await openTarget(context, options);
  const client = new ProposalsClient(target.client);
  if (id !== undefined) {
    const proposal = await client.get(id);
    if (!proposal) throw new IcosError("proposal-unknown", `There is no proposal ${id}.`);
    return printProposal(context, target, proposal, options);
  }
  const proposals = (await list(client, options.limit ?? 100)).map(describe);
  if (options.json) return context.out(`${JSON.stringify({ proposals }, undefined, 2)}\n`);
  if (proposals.length === 0) return context.err("There is no proposal.\n");
  const rows = proposals.map(({ id: number, state, method, title, submitted, version }) => [
    String(number),
    state,
    method,
    version === null ? "-" : String(version),
    submitted,
    title,
  ]);
  context.out(renderTable(["ID", "STATE", "METHOD", "VERSION", "SUBMITTED", "TITLE"], rows));
}

/** `icos admin adopt ID` and its like. */
export async function adminDecide(
  context: CliContext,
  decision: Decision,
  id: number,
  options: DecideOptions,
): Promise<void> {
  const target = await openTarget(context, options);
  const client = new ProposalsClient(await signingClient(target, options, "governance.pem"));
  const proposal = await client[decision](id);
  await printProposal(context, target, proposal, options);
  if (proposal.state.kind === "failed") throw new ExitWith(1);
}

/** A proposal with what its execution changed. */
export async function printProposal(
  context: CliContext,
  target: Target,
  proposal: Proposal,
  { json }: { readonly json?: true },
): Promise<void> {
  const described = describe(proposal);
  const { version } = described;
  const changes = version === null ? [] : changesOf(await target.client.history(), version);
  context.out(json ? `${JSON.stringify({ proposal: described, changes }, undefined, 2)}\n` : text(described, changes));
}

function text(proposal: AdminProposal, changes: readonly AdminChange[]): string {
  const { id, state, method, nnsFunction: number, topic, title, summary, version, failure, reply } = proposal;
  const made = state !== "executed" ? "" : version === null ? ", nothing to change" : `, registry version ${version}`;
  return [
    `Proposal ${id}: ${state}${made}\n`,
    `${title} (${method}, NNS function ${number}, ${topic})\n`,
    summary === "" ? "" : `${summary}\n`,
    failure ? `failed (${failure.code}): ${failure.reason}\n` : "",
    state === "open" ? `payload: ${valueText(proposal.payload)}\n` : "",
    reply === null ? "" : `reply: ${valueText(reply)}\n`,
    version === null ? "" : changesText(changes),
  ].join("");
}

async function list(client: ProposalsClient, limit: number): Promise<Proposal[]> {
  const found: Proposal[] = [];
  while (found.length < limit) {
    const more = await client.list(Math.min(100, limit - found.length), found.at(-1)?.id);
    if (more.length === 0) break;
    found.push(...more);
  }
  return found;
}

function describe({ id, state, nnsFunction: number, payload, submitted, ...texts }: Proposal): AdminProposal {
  const known = nnsFunction(number);
  const method = registryMethods().find((each) => each === known?.method);
  const codecs = method && METHOD_CODECS[method];
  return {
    id,
    state: state.kind,
    method: known?.method ?? `function ${number}`,
    nnsFunction: number,
    topic: known?.topic ?? "",
    title: texts.title,
    summary: texts.summary,
    url: texts.url,
    proposer: texts.proposer,
    submitted: isoTime(submitted),
    decided: state.kind === "open" ? null : isoTime(state.decided),
    ended: state.kind === "executed" ? isoTime(state.executed) : state.kind === "failed" ? isoTime(state.failed) : null,
    version: state.kind === "executed" && state.version !== undefined ? Number(state.version) : null,
    failure: state.kind === "failed" ? { code: state.code, reason: state.reason } : null,
    payload: codecs ? argumentJson(codecs.payload, payload) : Buffer.from(payload).toString("hex"),
    reply: codecs && state.kind === "executed" ? described(codecs.reply, state.reply) : null,
  };
}

function described(codec: Parameters<typeof argumentJson>[0] | undefined, bytes: Uint8Array): Json {
  return codec ? argumentJson(codec, bytes) : null;
}
