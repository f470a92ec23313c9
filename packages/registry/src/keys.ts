import type { Principal } from "@icos/certification";
import { chainKeyText } from "./chain-key-id.ts";
import { type FirewallScope, firewallScopeText } from "./firewall-scope.ts";
import type { MasterPublicKeyId } from "./generated/types/v1/types_pb.ts";
import { parsePrincipal, principalBytes, principalText } from "./principal-text.ts";

export { parsePrincipal, principalText } from "./principal-text.ts";

/** What a node's key is for; the number is the last part of its registry key. */
export const KeyPurpose = {
  nodeSigning: 1,
  dkgDealingEncryption: 3,
  committeeSigning: 4,
  idkgMegaEncryption: 5,
} as const;
export type KeyPurpose = (typeof KeyPurpose)[keyof typeof KeyPurpose];

/** Prefixes of the key families; principals follow in textual form. Source: upstream `rs/registry/keys`. */
export const KeyPrefix = {
  subnetRecord: "subnet_record_",
  catchUpPackageContents: "catch_up_package_contents_",
  thresholdKey: "crypto_threshold_signing_public_key_",
  nodeRecord: "node_record_",
  cryptoRecord: "crypto_record_",
  tlsCertificate: "crypto_tls_cert_",
  nodeOperatorRecord: "node_operator_record_",
  dataCenterRecord: "data_center_record_",
  replicaVersion: "replica_version_",
  hostosVersion: "hostos_version_",
  apiBoundaryNode: "api_boundary_node_",
  canisterRanges: "canister_ranges_",
  firewallRules: "firewall_rules_",
  chainKeySubnets: "master_public_key_id_",
  ecdsaSubnets: "key_id_",
} as const;

const textOf = (principal: Principal): string => principalText(principal.toUint8Array());

/** Registry keys. */
export const registryKey = {
  nnsSubnetId: "nns_subnet_id",
  subnetList: "subnet_list",
  unassignedNodesConfig: "unassigned_nodes_config",
  nodeRewardsTable: "node_rewards_table",
  canisterMigrations: "canister_migrations",
  provisionalWhitelist: "provisional_whitelist",
  nnsCanisterRecords: "nns_canister_records",
  /** The version of cloud engines that name none. (Upstream's record; its key is not in the sources we could read.) */
  standardEngineReplicaVersion: "standard_engine_replica_version",
  /** Older registries: the elected versions, the whole routing table, the firewall. */
  blessedReplicaVersions: "blessed_replica_versions",
  routingTable: "routing_table",
  firewallConfig: "firewall_config",
  subnetRecord: (subnet: Principal): string => KeyPrefix.subnetRecord + textOf(subnet),
  catchUpPackageContents: (subnet: Principal): string => KeyPrefix.catchUpPackageContents + textOf(subnet),
  thresholdKey: (subnet: Principal): string => KeyPrefix.thresholdKey + textOf(subnet),
  nodeRecord: (node: Principal): string => KeyPrefix.nodeRecord + textOf(node),
  cryptoRecord: (node: Principal, purpose: KeyPurpose): string => `${KeyPrefix.cryptoRecord}${textOf(node)}_${purpose}`,
  tlsCertificate: (node: Principal): string => KeyPrefix.tlsCertificate + textOf(node),
  nodeOperatorRecord: (operator: Principal): string => KeyPrefix.nodeOperatorRecord + textOf(operator),
  dataCenterRecord: (id: string): string => KeyPrefix.dataCenterRecord + id.toLowerCase(),
  replicaVersion: (id: string): string => KeyPrefix.replicaVersion + id,
  hostosVersion: (id: string): string => KeyPrefix.hostosVersion + id,
  apiBoundaryNode: (node: Principal): string => KeyPrefix.apiBoundaryNode + textOf(node),
  firewallRules: (scope: FirewallScope): string => KeyPrefix.firewallRules + firewallScopeText(scope),
  /** The subnets that take requests for a chain key; undefined when the key's scheme is not known. */
  chainKeySubnets: (key: Pick<MasterPublicKeyId, "keyId">): string | undefined => {
    const text = chainKeyText(key);
    return text === undefined ? undefined : KeyPrefix.chainKeySubnets + text;
  },
  /** The shard of the routing table that begins with this canister. */
  canisterRanges: (first: Principal): string => KeyPrefix.canisterRanges + first.toHex().toLowerCase(),
} as const;

/** The principal after the prefix; undefined when the key is of another family or does not end in a principal. */
export function principalOfKey(prefix: string, key: string): Principal | undefined {
  return key.startsWith(prefix) ? parsePrincipal(key.slice(prefix.length)) : undefined;
}

/** Node, in textual form, and purpose of a `crypto_record_` key. */
export function parseCryptoRecordKey(key: string): { readonly node: string; readonly purpose: number } | undefined {
  const [, node = "", purpose] = /^crypto_record_([a-z0-9-]+)_([0-9]+)$/.exec(key) ?? [];
  return principalBytes(node) ? { node, purpose: Number(purpose) } : undefined;
}

const FAMILIES: readonly string[] = Object.values(KeyPrefix);

/** The family of a key: its prefix, or the whole key when it is alone. */
export function familyOf(key: string): string {
  return FAMILIES.find((prefix) => key.startsWith(prefix)) ?? key;
}

/** Whether the text is the prefix of a family of keys. */
export function isFamily(text: string): boolean {
  return FAMILIES.includes(text);
}
