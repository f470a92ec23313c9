import { hash } from "node:crypto";
import { chainKeyText } from "../chain-key-id.ts";
import { comparableIp } from "../ip-address.ts";
import { KeyPrefix, registryKey } from "../keys.ts";
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

/** Makes the entries under which a record is found; empty when the index has nothing to do with the key. */
type Indexer = (key: string, value: Uint8Array) => readonly string[];

/**
 * What is looked up backwards: from a property of a record to the keys of the records that have it. Uniqueness rules
 * and "who uses this" questions then cost one look-up, whatever the size of the registry. Addresses are entered as
 * {@link comparableIp}, principals in textual form.
 */
const INDEXERS = {
  /** {@link endpointEntry} of every node endpoint. */
  endpoint: ofNode(({ http, xnet }) => [http, xnet].flatMap((end) => (end ? [endpointEntry(end)] : []))),
  /** IP address of the node's http endpoint. */
  httpIp: ofNode(({ http }) => (http ? [comparableIp(http.ipAddr)] : [])),
  /** Operator of a node. */
  nodeOperator: ofNode(({ nodeOperatorId }) => [principalText(nodeOperatorId)]),
  ipv4: ofNode(({ publicIpv4Config }) => (publicIpv4Config ? [comparableIp(publicIpv4Config.ipAddr)] : [])),
  /** {@link domainEntry} of nodes that have a domain. */
  domain: ofNode(({ domain }) => (domain === undefined ? [] : [domainEntry(domain)])),
  chipId: ofNode(({ chipId }) => (chipId?.length ? [Buffer.from(chipId).toString("hex")] : [])),
  /** Nodes that refer to a HostOS version. */
  hostosVersionUser: ofNode(({ hostosVersionId }) => (hostosVersionId === undefined ? [] : [hostosVersionId])),
  /** {@link keyBytesEntry} of keys and certificates of nodes. */
  keyBytes: (key, value) => {
    if (key.startsWith(KeyPrefix.cryptoRecord))
      return [keyBytesEntry(decodeRecord(PublicKeySchema, value, key).keyValue)];
    if (!key.startsWith(KeyPrefix.tlsCertificate)) return [];
    return [keyBytesEntry(decodeRecord(X509PublicKeyCertSchema, value, key).certificateDer)];
  },
  /** Subnet records by member; listed or not. */
  member: ofSubnet(({ membership }) => membership.map(principalText)),
  /** Subnet records by chain key that they hold ({@link chainKeyText}); listed or not. */
  chainKeyHolder: ofSubnet((record) =>
    (record.chainKeyConfig?.keyConfigs ?? []).flatMap(({ keyId }) => (keyId ? (chainKeyText(keyId) ?? []) : [])),
  ),
  /** Lists of subnets that take requests for a chain key, by subnet. */
  chainKeySubnet: (key, value) =>
    key.startsWith(KeyPrefix.chainKeySubnets)
      ? subnetTexts(decodeRecord(ChainKeyEnabledSubnetListSchema, value, key).subnets)
      : [],
  /** The subnet list, by subnet. */
  listedSubnet: (key, value) =>
    key === registryKey.subnetList
      ? decodeRecord(SubnetListRecordSchema, value, key).subnets.map((id) => principalText(id))
      : [],
  /** Records that tell nodes to run a GuestOS version. A cloud engine that names none has the entry "". */
  replicaVersionUser: (key, value) => {
    if (key.startsWith(KeyPrefix.subnetRecord)) return [decodeRecord(SubnetRecordSchema, value, key).replicaVersionId];
    if (key.startsWith(KeyPrefix.apiBoundaryNode)) {
      return [decodeRecord(ApiBoundaryNodeRecordSchema, value, key).version];
    }
    if (key === registryKey.standardEngineReplicaVersion) {
      const record = decodeRecord(StandardEngineReplicaVersionRecordSchema, value, key);
      return [record.newReplicaVersionId, record.oldReplicaVersionId];
    }
    if (key !== registryKey.unassignedNodesConfig) return [];
    return [decodeRecord(UnassignedNodesConfigRecordSchema, value, key).replicaVersion];
  },
} as const satisfies Record<string, Indexer>;

export type IndexName = keyof typeof INDEXERS;
export const INDEX_NAMES = Object.keys(INDEXERS) as readonly IndexName[];

/** The record's entries in the index, each once. */
export function indexEntries(index: IndexName, key: string, value: Uint8Array): readonly string[] {
  return [...new Set(INDEXERS[index](key, value))];
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

function ofNode(entries: (record: NodeRecord) => readonly string[]): Indexer {
  return (key, value) =>
    key.startsWith(KeyPrefix.nodeRecord) ? entries(decodeRecord(NodeRecordSchema, value, key)) : [];
}

function ofSubnet(entries: (record: SubnetRecord) => readonly string[]): Indexer {
  return (key, value) =>
    key.startsWith(KeyPrefix.subnetRecord) ? entries(decodeRecord(SubnetRecordSchema, value, key)) : [];
}
