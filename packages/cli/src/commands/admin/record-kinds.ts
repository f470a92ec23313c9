import { KeyPrefix, parsePrincipal, registryKey, type RegistryHistory } from "@icos/registry";
import { IcosError } from "@icos/system";
import type { Target } from "./target.ts";

/** Records that `icos admin get` knows: one by its id, or all of a kind. */
export type RecordKind =
  | { readonly kind: "one"; readonly id: string; readonly key: (id: string) => string }
  | { readonly kind: "single"; readonly key: string }
  | {
      readonly kind: "all";
      readonly prefix: string;
      /** Headers and fields of the table for people; the id comes first. */
      readonly columns: readonly (readonly [string, string])[];
    };

const PRINCIPAL = "principal";

const one = (id: string, prefix: string): RecordKind => ({ kind: "one", id, key: (text) => prefix + text });

/** By their names on the command line. */
export const RECORD_KINDS: Readonly<Record<string, RecordKind>> = {
  node: one(PRINCIPAL, KeyPrefix.nodeRecord),
  nodes: {
    kind: "all",
    prefix: KeyPrefix.nodeRecord,
    columns: [
      ["ADDRESS", "http.ip_addr"],
      ["OPERATOR", "node_operator_id"],
    ],
  },
  "node-operator": one(PRINCIPAL, KeyPrefix.nodeOperatorRecord),
  "node-operators": {
    kind: "all",
    prefix: KeyPrefix.nodeOperatorRecord,
    columns: [
      ["ALLOWANCE", "node_allowance"],
      ["DC", "dc_id"],
      ["PROVIDER", "node_provider_principal_id"],
    ],
  },
  "data-center": { kind: "one", id: "id", key: (id) => registryKey.dataCenterRecord(id) },
  "data-centers": {
    kind: "all",
    prefix: KeyPrefix.dataCenterRecord,
    columns: [
      ["REGION", "region"],
      ["OWNER", "owner"],
    ],
  },
  subnet: one(PRINCIPAL, KeyPrefix.subnetRecord),
  subnets: {
    kind: "all",
    prefix: KeyPrefix.subnetRecord,
    columns: [
      ["TYPE", "subnet_type"],
      ["VERSION", "replica_version_id"],
      ["HALTED", "is_halted"],
      ["MEMBERS", "membership"],
    ],
  },
  "subnet-list": { kind: "single", key: registryKey.subnetList },
  "nns-subnet": { kind: "single", key: registryKey.nnsSubnetId },
  "threshold-key": one(PRINCIPAL, KeyPrefix.thresholdKey),
  "catch-up-package": one(PRINCIPAL, KeyPrefix.catchUpPackageContents),
  "replica-version": one("version", KeyPrefix.replicaVersion),
  "replica-versions": {
    kind: "all",
    prefix: KeyPrefix.replicaVersion,
    columns: [
      ["SHA-256", "release_package_sha256_hex"],
      ["URLS", "release_package_urls"],
    ],
  },
  "hostos-version": one("version", KeyPrefix.hostosVersion),
  "hostos-versions": {
    kind: "all",
    prefix: KeyPrefix.hostosVersion,
    columns: [
      ["SHA-256", "release_package_sha256_hex"],
      ["URLS", "release_package_urls"],
    ],
  },
  "unassigned-nodes": { kind: "single", key: registryKey.unassignedNodesConfig },
  "firewall-rules": one("scope", KeyPrefix.firewallRules),
  "firewall-rulesets": { kind: "all", prefix: KeyPrefix.firewallRules, columns: [["RULES", "entries"]] },
  "api-boundary-node": one(PRINCIPAL, KeyPrefix.apiBoundaryNode),
  "api-boundary-nodes": { kind: "all", prefix: KeyPrefix.apiBoundaryNode, columns: [["VERSION", "version"]] },
  "public-key": one("principal_purpose", KeyPrefix.cryptoRecord),
  "tls-certificate": one(PRINCIPAL, KeyPrefix.tlsCertificate),
  "routing-table": { kind: "all", prefix: KeyPrefix.canisterRanges, columns: [["ENTRIES", "entries"]] },
  "node-rewards-table": { kind: "single", key: registryKey.nodeRewardsTable },
  raw: { kind: "one", id: "key", key: (key) => key },
};

/** Upstream's names. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["node-operator-list", "node-operators"],
  ["elected-guestos-versions", "replica-versions"],
  ["blessed-replica-versions", "replica-versions"],
  ["elected-hostos-versions", "hostos-versions"],
  ["data-center-list", "data-centers"],
]);

/** What else `get` shows: things made of several records, and a hash. */
export const VIEWS = ["topology", "firewall-ruleset-hash"] as const;

/** @throws IcosError `usage` */
export function recordKind(name: string): RecordKind {
  const short = name.replace(/^get-/, "");
  const found = RECORD_KINDS[ALIASES.get(short) ?? short];
  if (!found)
    throw new IcosError(
      "usage",
      `"${name}" is no kind of record: there are ${[...Object.keys(RECORD_KINDS), ...VIEWS].join(", ")}.`,
    );
  return found;
}

/** The key of one record; a node or subnet of the testnet may be named. @throws IcosError `usage` */
export function recordKey(
  name: string,
  kind: RecordKind & { kind: "one" },
  id: string | undefined,
  target: Target,
): string {
  if (id === undefined) throw new IcosError("usage", `\`get ${name}\` takes the record's ${kind.id}.`);
  const named = target.named(id)?.toText() ?? id;
  if (kind.id === PRINCIPAL && !parsePrincipal(named))
    throw new IcosError("usage", `"${id}" is neither a principal nor a name of the testnet's.`);
  return kind.key(named);
}

/** The version that is meant; the latest unless told. @throws IcosError `version-unknown` */
export function versionOf(history: RegistryHistory, version: number | undefined): number {
  if (version !== undefined && version > history.latestVersion)
    throw new IcosError(
      "version-unknown",
      `The registry is at version ${history.latestVersion}; there is no version ${version}.`,
    );
  return version ?? history.latestVersion;
}
