import { hash } from "node:crypto";
import { Principal } from "@icos/certification";
import { KeyPrefix, registryKey } from "../keys.ts";
import {
  ApiBoundaryNodeRecordSchema,
  decodeRecord,
  NodeRecordSchema,
  PublicKeySchema,
  SubnetRecordSchema,
  UnassignedNodesConfigRecordSchema,
  X509PublicKeyCertSchema,
} from "../records.ts";
import type { ConnectionEndpoint, NodeRecord } from "../records.ts";

/** Makes the entries under which a record is found; undefined when the index has nothing to do with the key. */
type Indexer = (key: string, value: Uint8Array) => readonly string[];

/**
 * What is looked up backwards: from a property of a record to the keys of the records that have it. Uniqueness rules
 * and "who uses this" questions then cost one look-up, whatever the size of the registry.
 */
const INDEXERS = {
  /** `ip|port` of every node endpoint. */
  endpoint: ofNode(({ http, xnet }) => [http, xnet].flatMap((end) => (end ? [endpointEntry(end)] : []))),
  /** IP address of the node's http endpoint. */
  httpIp: ofNode(({ http }) => (http ? [http.ipAddr] : [])),
  /** Operator of a node, in textual form. */
  nodeOperator: ofNode(({ nodeOperatorId }) => [Principal.fromUint8Array(nodeOperatorId).toText()]),
  ipv4: ofNode(({ publicIpv4Config }) => (publicIpv4Config ? [publicIpv4Config.ipAddr] : [])),
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
  /** Subnet records by member, in textual form; listed or not. */
  member: (key, value) => {
    if (!key.startsWith(KeyPrefix.subnetRecord)) return [];
    const { membership } = decodeRecord(SubnetRecordSchema, value, key);
    return membership.map((id) => Principal.fromUint8Array(id).toText());
  },
  /** Records that tell nodes to run a GuestOS version. */
  replicaVersionUser: (key, value) => {
    if (key.startsWith(KeyPrefix.subnetRecord)) return [decodeRecord(SubnetRecordSchema, value, key).replicaVersionId];
    if (key.startsWith(KeyPrefix.apiBoundaryNode)) {
      return [decodeRecord(ApiBoundaryNodeRecordSchema, value, key).version];
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

export function endpointEntry({ ipAddr, port }: Pick<ConnectionEndpoint, "ipAddr" | "port">): string {
  return `${ipAddr}|${port}`;
}

export function keyBytesEntry(bytes: Uint8Array): string {
  return hash("sha256", bytes, "hex");
}

function ofNode(entries: (record: NodeRecord) => readonly string[]): Indexer {
  return (key, value) =>
    key.startsWith(KeyPrefix.nodeRecord) ? entries(decodeRecord(NodeRecordSchema, value, key)) : [];
}
