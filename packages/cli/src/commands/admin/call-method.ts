import { readFile } from "node:fs/promises";
import { argumentJson, METHOD_CODECS, nnsFunctionOf, payloadFromJson } from "@icos/nns/interface";
import { type NnsClient, ProposalsClient } from "@icos/nns";
import { isGovernanceMethod, type PayloadOf, type RegistryMethod } from "@icos/registry";
import { describeError, IcosError } from "@icos/system";
import type { CliContext } from "../../context.ts";
import { ExitWith } from "../../exit-with.ts";
import type { AdminPreview } from "../../schemas/admin.ts";
import { changesText, describeChange } from "./changes.ts";
import { flagOf, missingLists, parseJson5, payloadJson } from "./method-flags.ts";
import { printProposal } from "./proposals.ts";
import type { CallOptions, MethodOptions, ProposeOptions } from "./register-methods.ts";
import { openTarget, signingClient, type Target } from "./target.ts";

/** Of the testnet's operators, the one that there is unless its topology names others. */
const DEFAULT_OPERATOR = "operator";

/** `icos admin propose METHOD`. */
export async function adminPropose(
  context: CliContext,
  method: RegistryMethod,
  options: ProposeOptions,
): Promise<void> {
  const target = await openTarget(context, options);
  const payload = await readPayload(method, options, target);
  const client = await signingClient(target, options, "governance.pem");
  if (options.dryRun) return dryRun(context, client, method, payload, options);
  const proposals = new ProposalsClient(client);
  const { title = defaultTitle(method), summary, proposalUrl: url } = options;
  const submitted = await proposals.submit(method, payload, { title, summary, url });
  const proposal = options.execute ? await proposals.adopt(submitted.id) : submitted;
  await printProposal(context, target, proposal, options);
  if (proposal.state.kind === "failed") throw new ExitWith(1);
}

/** `icos admin call METHOD`. */
export async function adminCall(context: CliContext, method: RegistryMethod, options: CallOptions): Promise<void> {
  const target = await openTarget(context, options);
  const payload = await readPayload(method, options, target);
  const client = await signingClient(target, options, keyFileOf(method, options));
  if (options.dryRun) return dryRun(context, client, method, payload, options);
  const bytes = await client.callForBytes(method, payload);
  const codec = METHOD_CODECS[method].reply;
  const reply = codec ? argumentJson(codec, bytes) : null;
  if (options.json) return context.out(`${JSON.stringify({ method, reply }, undefined, 2)}\n`);
  context.out(reply === null ? `${method}: done.\n` : `${method}: ${JSON.stringify(reply)}\n`);
}

/** Few methods are governance's and yet no NNS function: a proposal cannot call them. */
function keyFileOf(method: RegistryMethod, { operator }: CallOptions): string {
  if (operator === undefined && isGovernanceMethod(method)) return "governance.pem";
  return `operator-${operator ?? DEFAULT_OPERATOR}.pem`;
}

async function dryRun<Method extends RegistryMethod>(
  context: CliContext,
  client: NnsClient,
  method: Method,
  payload: PayloadOf<Method>,
  { json }: MethodOptions,
): Promise<void> {
  const { version, changes, refusals, violations } = await client.preview(method, payload);
  const history = await client.history();
  const registryVersion = Number(version);
  const refused = refusals.length + violations.length > 0;
  const report: AdminPreview = {
    method,
    registryVersion,
    refused,
    refusals: refusals.map(({ code, message }) => ({ code, message })),
    violations: violations.map(({ invariant, message }) => ({ invariant, message })),
    changes: changes.map(({ key, value }) => describeChange(key, history.value(key, registryVersion), value)),
  };
  context.out(json ? `${JSON.stringify(report, undefined, 2)}\n` : previewText(report));
  if (refused) throw new ExitWith(1);
}

function previewText({ method, registryVersion, refusals, violations, refused, changes }: AdminPreview): string {
  const verdict = refused ? "would be refused" : "would be accepted";
  return [
    `${method} on registry version ${registryVersion}: ${verdict}; nothing is changed.\n`,
    ...refusals.map(({ code, message }) => `refused (${code}): ${message}\n`),
    ...violations.map(({ invariant, message }) => `breaks invariant ${invariant}: ${message}\n`),
    refused && changes.length === 0 ? "" : changesText(changes),
  ].join("");
}

/** From `--file` and the options. @throws IcosError `usage` naming every wrong field */
async function readPayload<Method extends RegistryMethod>(
  method: Method,
  options: MethodOptions,
  target: Target,
): Promise<PayloadOf<Method>> {
  const file = options.file === undefined ? {} : await readPayloadFile(options.file);
  const json = payloadJson(method, file, { ...options });
  const result = payloadFromJson(METHOD_CODECS[method].payload, json, { principal: (text) => target.named(text) });
  const problems = [...missingLists(method, json), ...(result.kind === "problems" ? result.problems : [])];
  if (result.kind === "payload" && problems.length === 0) return result.payload;
  const list = problems.map(({ key, message }) => `${flagOf(key)} ${message}`).join("; ");
  throw new IcosError("usage", `The payload of ${method} is not valid: ${list}.`, {
    next: `\`icos admin ${nnsFunctionOf(method) ? "propose" : "call"} ${method.replaceAll("_", "-")} --help\` lists the fields.`,
    place: { file: options.file, key: problems[0]?.key },
    details: { problems },
  });
}

async function readPayloadFile(file: string): Promise<Record<string, unknown>> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    throw new IcosError("payload-unreadable", `The payload file cannot be read: ${describeError(cause)}.`, {
      place: { file },
      cause,
    });
  }
  const json = parseJson5(text, file);
  if (typeof json === "object" && json !== null && !Array.isArray(json)) return { ...json };
  throw new IcosError("usage", "The payload file does not hold an object.", { place: { file } });
}

function defaultTitle(method: string): string {
  const words = method.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
