import * as v from "valibot";
import type { DeploymentEnvironment } from "../address.ts";
import { deploymentEnvironment } from "../field-forms.ts";
import { deploymentSchema } from "./deployment-schema.ts";
import { jsonErrorLine } from "./json-error-line.ts";
import { type JsonPlaces, jsonPlaces } from "./json-places.ts";
import { suggestion } from "./nearest.ts";
import { type Parsed, ProblemList } from "./problem.ts";
import { shownName } from "./shown.ts";
import { holdsPem, readText } from "./text-file.ts";

/** What `deployment.json` says: which network a machine becomes part of. */
export interface DeploymentJson {
  readonly environment: DeploymentEnvironment;
  /** In place of the one that the machine's management controller tells; lower case with colons. */
  readonly mgmtMac: string | undefined;
  /** At least one; as URL parsers print them. */
  readonly nnsUrls: readonly string[];
  /** The GuestOS virtual machine of a development host. */
  readonly vm: { readonly memoryGiB: number; readonly cpu: "kvm" | "qemu"; readonly vcpus: number };
}

export const DEPLOYMENT_JSON = "deployment.json";

/** What the network's own images are made with. */
export const MAINNET_NNS_URLS = ["https://icp-api.io", "https://icp0.io", "https://ic0.app"] as const;

/** Names that mean something, by the object that has them; `` is the file. */
const FIELDS: ReadonlyMap<string, readonly string[]> = new Map([
  ["", ["deployment", "nns", "dev_vm_resources"]],
  ["deployment", ["deployment_environment", "mgmt_mac"]],
  ["nns", ["urls"]],
  ["dev_vm_resources", ["memory", "cpu", "nr_of_vcpus"]],
]);

const VM = "dev_vm_resources";
const OLD_VM = "vm_resources";

/** What is wrong with a field that has a value, by its path without the index in a list. */
const CODES: Readonly<Record<string, string>> = {
  "deployment.deployment_environment": "invalid-environment",
  "deployment.mgmt_mac": "invalid-mac",
  "nns.urls": "invalid-nns-urls",
  [`${VM}.memory`]: "invalid-memory",
  [`${VM}.cpu`]: "invalid-cpu",
  [`${VM}.nr_of_vcpus`]: "invalid-vcpus",
};

/** Reads `deployment.json`: the value unless something is an error, and every problem, never just the first. */
export function parseDeploymentJson(bytes: Uint8Array, file = DEPLOYMENT_JSON): Parsed<DeploymentJson> {
  const problems = new ProblemList(file);
  const text = readText(bytes, problems);
  if (text === undefined || holdsPem(text, problems)) return problems.result<DeploymentJson>(undefined);
  const content = parseJson(text, problems);
  if (content === undefined) return problems.result<DeploymentJson>(undefined);
  const places = jsonPlaces(text);
  const document = checkNames(content, places, problems);
  const checked = v.safeParse(deploymentSchema, document.value);
  for (const issue of checked.issues ?? []) {
    const path = v.getDotPath(issue) ?? "";
    report(issue, path, document.written(path), places, problems);
  }
  if (!checked.success) return problems.result<DeploymentJson>(undefined);
  const { deployment, nns, dev_vm_resources: vm } = checked.output;
  return problems.result({
    environment: deployment.deployment_environment,
    mgmtMac: deployment.mgmt_mac ?? undefined,
    nnsUrls: nns.urls,
    vm: { memoryGiB: vm.memory, cpu: vm.cpu, vcpus: vm.nr_of_vcpus },
  });
}

/** For which network a file is, even if the rest of it is wrong; undefined when that cannot be told. */
export function environmentOf(bytes: Uint8Array): DeploymentEnvironment | undefined {
  const unheard = new ProblemList(DEPLOYMENT_JSON);
  const text = readText(bytes, unheard);
  const content = text === undefined ? undefined : parseJson(text, unheard);
  const deployment = isRecord(content?.["deployment"]) ? content["deployment"] : {};
  const environment = v.safeParse(deploymentEnvironment, deployment["deployment_environment"]);
  return environment.success ? environment.output : undefined;
}

/** Nothing of the text goes into the message: it may hold anything. */
function parseJson(text: string, problems: ProblemList): Readonly<Record<string, unknown>> | undefined {
  const line = jsonErrorLine(text);
  if (line !== undefined) {
    problems.error("invalid-json", "The file is not JSON: there is an error in this line or just before it.", { line });
    return undefined;
  }
  const value: unknown = JSON.parse(text);
  if (isRecord(value)) return value;
  problems.error("invalid-json", "The file is JSON, but not an object.");
  return undefined;
}

interface Document {
  readonly value: Readonly<Record<string, unknown>>;
  /** The path that a field has in the file. */
  written(path: string): string;
}

/** Names every field that nothing reads, and takes the older name of one as the one. */
function checkNames(
  value: Readonly<Record<string, unknown>>,
  { lines, duplicates }: JsonPlaces,
  problems: ProblemList,
): Document {
  for (const { key, line } of duplicates) {
    const name = shownName(key);
    problems.error("duplicate-key", `${name} is there twice.`, { line, key: name });
  }
  const old = value[VM] === undefined && value[OLD_VM] !== undefined;
  const written = (path: string): string => (old && path.startsWith(VM) ? OLD_VM + path.slice(VM.length) : path);
  const document = old ? { ...value, [VM]: value[OLD_VM] } : value;
  const place = (path: string): { line: number | undefined; key: string } => ({
    line: lines.get(path),
    key: shownName(path),
  });
  if (old) problems.warning("old-name", `${OLD_VM} is the older name of ${VM}.`, place(OLD_VM));
  else if (value[VM] === undefined) {
    const message = `${VM} is missing; a development host gives its guest 16 GiB, KVM and 16 processors.`;
    problems.notice("default-used", message, { key: VM });
  }
  for (const [parent, known] of FIELDS) {
    const object = parent === "" ? value : document[parent];
    for (const name of isRecord(object) ? Object.keys(object) : []) {
      const path = written(parent === "" ? name : `${parent}.${name}`);
      if (known.includes(name) || (parent === "" && name === OLD_VM && old)) continue;
      if (parent === "" && (name === "logging" || name === OLD_VM))
        problems.warning("no-effect", `${name} has no effect any more.`, place(path));
      else {
        const message = `${shownName(path)} is not a field of this file; it has no effect.${suggestion(name, known)}`;
        problems.warning("unknown-key", message, place(path));
      }
    }
  }
  return { value: document, written };
}

/** A problem that the schema found. */
function report(
  issue: v.BaseIssue<unknown>,
  path: string,
  written: string,
  { lines }: JsonPlaces,
  problems: ProblemList,
): void {
  const place = { line: lines.get(written), key: written };
  if (issue.input === undefined) {
    const line = written.includes(".") ? lines.get(written.replace(/\.[^.]*$/, "")) : undefined;
    problems.error("missing-key", `${written} is missing.`, { ...place, line });
  } else {
    const what =
      issue.kind === "schema" && issue.type === "string" && issue.message.startsWith("Invalid type")
        ? "is not a string"
        : issue.message;
    problems.error(CODES[path.replace(/\.\d+$/, "")] ?? "invalid-value", `${written} ${what}.`, place);
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
