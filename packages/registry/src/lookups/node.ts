import type { Principal } from "@icos/certification";
import { KeyPrefix, principalOfKey, registryKey } from "../keys.ts";
import { NodeRecordSchema, type NodeRecord } from "../records.ts";
import type { RegistryReader } from "../replicate/client.ts";
import { recordAt } from "./record-at.ts";
import { getListedSubnetForNodeId } from "./subnet.ts";

export type { ConnectionEndpoint, NodeRecord } from "../records.ts";

/** The node's record at the version; undefined when absent or removed. Upstream: `get_node_record`. */
export function getNodeRecord(registry: RegistryReader, node: Principal, version: number): NodeRecord | undefined {
  return recordAt(registry, NodeRecordSchema, registryKey.nodeRecord(node), version);
}

/**
 * The first listed subnet, in the order of the list, that has the node as a member; undefined when none has, or there is
 * no list. Upstream: `get_subnet_id_from_node_id`.
 */
export function getSubnetIdFromNodeId(
  registry: RegistryReader,
  node: Principal,
  version: number,
): Principal | undefined {
  return getListedSubnetForNodeId(registry, node, version)?.subnetId;
}

/**
 * All nodes with a record at the version, in the order of their keys; keys that do not end in a principal are left out.
 * Upstream: `get_node_ids`.
 */
export function getNodeIds(registry: RegistryReader, version: number): Principal[] {
  return registry.keys(KeyPrefix.nodeRecord, version).flatMap((key) => principalOfKey(KeyPrefix.nodeRecord, key) ?? []);
}
