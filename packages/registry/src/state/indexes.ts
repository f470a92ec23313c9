import { hash } from "node:crypto";
import { chainKeyText } from "../chain-key-id.ts";
import { comparableIp } from "../ip-address.ts";
import { familyOf, KeyPrefix, registryKey } from "../keys.ts";
import { principalText } from "../principal-text.ts";
import {
  ApiBoundaryNodeRecordSchema,
  ChainKeyEnabledSubnetListSchema,
  decodeRecord,
  NodeRecordSchema,
  PublicKeySchema,
  StandardEngineReplicaVersionRecordSchema,
  SubnetListRecordSchema,
  SubnetRecordSchema,
  UnassignedNodesConfigRecordSchema,
  X509PublicKeyCertSchema,
} from "../records.ts";
import type { ConnectionEndpoint, NodeRecord, SubnetId, SubnetRecord } from "../records.ts";

/**
 * What is looked up backwards: from a property of a record to the keys of the records that have it. Uniqueness rules
 * and "who uses this" questions then cost one look-up, whatever the size of the registry. Addresses are entered as
 * {@link comparableIp}, principals in textual form.
 */
export const INDEX_NAMES = [
  /** {@link endpointEntry} of every node endpoint. */
  "endpoint",
  /** IP address of the node's http endpoint. */
  "httpIp",
  /** Operator of a node. */
  "nodeOperator",
  "ipv4",
  /** {@link domainEntry} of nodes that have a domain. */
  "domain",
  "chipId",
  /** Nodes that refer to a HostOS version. */
  "hostosVersionUser",
  /** {@link keyBytesEntry} of keys and certificates of nodes. */
  "keyBytes",
  /** Subnet records by member; listed or not. */
  "member",
  /** Subnet records by chain key that they hold ({@link chainKeyText}); listed or not. */
  "chainKeyHolder",
  /** Lists of subnets that take requests for a chain key, by subnet. */
  "chainKeySubnet",
  /** The subnet list, by subnet. */
  "listedSubnet",
  /** Records that tell nodes to run a GuestOS version. A cloud engine that names none has the entry "". */
  "replicaVersionUser",
] as const;
export type IndexName = (typeof INDEX_NAMES)[number];

type Entries = { readonly [Name in IndexName]?: readonly string[] };

/** All entries of a record, each once, with the index they are of. */
export function indexEntries(key: string, value: Uint8Array): readonly (readonly [IndexName, string])[] {
  const entries = entriesOf(key, value);
  return INDEX_NAMES.flatMap((name) => Array.from(new Set(entries[name]), (entry) => [name, entry] as const));
}

function entriesOf(key: string, value: Uint8Array): Entries {
  switch (familyOf(key)) {
    case KeyPrefix.nodeRecord:
      return nodeEntries(decodeRecord(NodeRecordSchema, value, key));
    case KeyPrefix.subnetRecord:
      return subnetEntries(decodeRecord(SubnetRecordSchema, value, key));
    case KeyPrefix.cryptoRecord:
      return { keyBytes: [keyBytesEntry(decodeRecord(PublicKeySchema, value, key).keyValue)] };
    case KeyPrefix.tlsCertificate:
      return { keyBytes: [keyBytesEntry(decodeRecord(X509PublicKeyCertSchema, value, key).certificateDer)] };
    case KeyPrefix.chainKeySubnets:
      return { chainKeySubnet: subnetTexts(decodeRecord(ChainKeyEnabledSubnetListSchema, value, key).subnets) };
    case registryKey.subnetList:
      return { listedSubnet: decodeRecord(SubnetListRecordSchema, value, key).subnets.map((id) => principalText(id)) };
    default:
      return { replicaVersionUser: versionsUsedBy(key, value) };
  }
}

/** The GuestOS versions that the record tells nodes to run; "" where it names none. */
export function versionsUsedBy(key: string, value: Uint8Array): readonly string[] {
  switch (familyOf(key)) {
    case KeyPrefix.subnetRecord:
      return [decodeRecord(SubnetRecordSchema, value, key).replicaVersionId];
    case KeyPrefix.apiBoundaryNode:
      return [decodeRecord(ApiBoundaryNodeRecordSchema, value, key).version];
    case registryKey.unassignedNodesConfig:
      return [decodeRecord(UnassignedNodesConfigRecordSchema, value, key).replicaVersion];
    case registryKey.standardEngineReplicaVersion: {
      const record = decodeRecord(StandardEngineReplicaVersionRecordSchema, value, key);
      return [record.newReplicaVersionId, record.oldReplicaVersionId];
    }
    default:
      return [];
  }
}

function nodeEntries({
  http,
  xnet,
  nodeOperatorId,
  publicIpv4Config,
  domain,
  chipId,
  hostosVersionId,
}: NodeRecord): Entries {
  return {
    endpoint: [http, xnet].flatMap((end) => (end ? [endpointEntry(end)] : [])),
    httpIp: http ? [comparableIp(http.ipAddr)] : [],
    nodeOperator: [principalText(nodeOperatorId)],
    ipv4: publicIpv4Config ? [comparableIp(publicIpv4Config.ipAddr)] : [],
    domain: domain === undefined ? [] : [domainEntry(domain)],
    chipId: chipId?.length ? [Buffer.from(chipId).toString("hex")] : [],
    hostosVersionUser: hostosVersionId === undefined ? [] : [hostosVersionId],
  };
}

function subnetEntries({ membership, chainKeyConfig, replicaVersionId }: SubnetRecord): Entries {
  return {
    member: membership.map(principalText),
    chainKeyHolder: (chainKeyConfig?.keyConfigs ?? []).flatMap(({ keyId }) =>
      keyId ? (chainKeyText(keyId) ?? []) : [],
    ),
    replicaVersionUser: [replicaVersionId],
  };
}

/** `ip|port` */
export function endpointEntry({ ipAddr, port }: Pick<ConnectionEndpoint, "ipAddr" | "port">): string {
  return `${comparableIp(ipAddr)}|${port}`;
}

/** Domain names are the same whatever their case, with or without the final dot. */
export function domainEntry(domain: string): string {
  return domain.toLowerCase().replace(/\.$/, "");
}

export function keyBytesEntry(bytes: Uint8Array): string {
  return hash("sha256", bytes, "hex");
}

function subnetTexts(subnets: readonly SubnetId[]): string[] {
  return subnets.map(({ principalId }) => principalText(principalId?.raw ?? new Uint8Array()));
}
