import {
  decodeRecord,
  firewallRulesHash,
  FirewallRuleSetSchema,
  KeyPrefix,
  type Json,
  type JsonObject,
  recordJson,
  type RegistryHistory,
} from "@icos/registry";
import { IcosError } from "@icos/system";
import type { CliContext } from "../../context.ts";
import { renderTable } from "../../output/table.ts";
import type { AdminRecord } from "../../schemas/admin.ts";
import type { ReadOptions } from "./options.ts";
import { isoTime, readCertified, valueText } from "./certified.ts";
import { recordKey, recordKind, versionOf } from "./record-kinds.ts";
import { openTarget, type Target } from "./target.ts";
import { topology, topologyText } from "./topology.ts";

export interface GetOptions extends ReadOptions {
  readonly version?: number;
}

/** `icos admin get KIND [ID]`. */
export async function adminGet(
  context: CliContext,
  name: string,
  id: string | undefined,
  options: GetOptions,
): Promise<void> {
  const short = name.replace(/^get-/, "");
  if (short !== "topology" && short !== "firewall-ruleset-hash") recordKind(name); // before anything is fetched
  const target = await openTarget(context, options);
  const history = await readCertified(context, target);
  const version = versionOf(history, options.version);
  const print = (json: object, text: string): void =>
    context.out(options.json ? `${JSON.stringify(json, undefined, 2)}\n` : text);
  if (short === "topology") {
    const found = topology(history, version);
    return print(found, topologyText(found));
  }
  if (short === "firewall-ruleset-hash") {
    const found = rulesetHash(history, version, id ?? "global");
    return print(found, `${found.hash}\n`);
  }
  const records = select(name, id, target, history, version);
  const report = { certified: true, registryVersion: version, records };
  print(report, recordsText(name, records));
}

function select(
  name: string,
  id: string | undefined,
  target: Target,
  history: RegistryHistory,
  version: number,
): AdminRecord[] {
  const kind = recordKind(name);
  if (kind.kind === "all")
    return history.keys(kind.prefix, version).flatMap((key) => readOne(history, key, version) ?? []);
  const keys = kind.kind === "single" ? [kind.key] : keysOf(name, recordKey(name, kind, id, target), history, version);
  const found = keys.flatMap((key) => readOne(history, key, version) ?? []);
  if (found.length === 0)
    throw new IcosError("record-absent", `${keys.join(", ")} is not in the registry at version ${version}.`, {
      next: "`icos admin get raw KEY` takes any key; `icos admin history KEY` shows whether it ever was.",
    });
  return found;
}

/** A node has several public keys: without a purpose it is all of them. */
function keysOf(name: string, key: string, history: RegistryHistory, version: number): string[] {
  if (!name.endsWith("public-key") || /_[0-9]+$/.test(key)) return [key];
  const found = history.keys(`${key}_`, version);
  return found.length > 0 ? found : [key];
}

function readOne(history: RegistryHistory, key: string, registryVersion: number): AdminRecord | undefined {
  const entry = history.entry(key, registryVersion);
  if (entry?.value === undefined) return undefined;
  const { version, time, value } = entry;
  return {
    key,
    version,
    time: isoTime(time),
    value: Buffer.from(value).toString("hex"),
    record: recordJson(key, value) ?? null,
  };
}

function recordsText(name: string, records: readonly AdminRecord[]): string {
  const kind = recordKind(name);
  if (kind.kind === "all") {
    const header = ["ID", ...kind.columns.map(([title]) => title), "CHANGED IN"];
    const rows = records.map(({ key, version, record }) => [
      key.slice(kind.prefix.length),
      ...kind.columns.map(([, path]) => valueText(fieldAt(record ?? {}, path))),
      String(version),
    ]);
    return renderTable(header, rows);
  }
  return records.map(recordText).join("\n");
}

function recordText({ key, version, time, value, record }: AdminRecord): string {
  const fields =
    record === null ? [["bytes", value]] : Object.entries(record).map(([name, part]) => [name, valueText(part)]);
  const rows = [["key", key], ["changed", `version ${version}, ${time}`], ...fields];
  const width = Math.max(...rows.map(([name = ""]) => name.length));
  return rows.map(([name = "", text = ""]) => `${name.padEnd(width)}  ${text}\n`).join("");
}

function fieldAt(record: JsonObject, path: string): Json {
  let at: Json = record;
  for (const name of path.split(".")) {
    if (typeof at !== "object" || at === null || Array.isArray(at)) return null;
    at = (at as JsonObject)[name] ?? null;
  }
  return at;
}

/** As changes of the firewall have to name it. */
function rulesetHash(history: RegistryHistory, version: number, scope: string) {
  const key = KeyPrefix.firewallRules + scope;
  const value = history.value(key, version);
  const { entries } = value ? decodeRecord(FirewallRuleSetSchema, value, key) : { entries: [] };
  return { certified: true, registryVersion: version, scope, rules: entries.length, hash: firewallRulesHash(entries) };
}
