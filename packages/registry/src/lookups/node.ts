import { Principal } from "@icos/certification";
import { KeyPrefix, principalOfKey, registryKey } from "../keys.ts";
import { NodeRecordSchema, SubnetRecordSchema, type NodeRecord, type SubnetRecord } from "../records.ts";
import type { RegistryReader } from "../replicate/client.ts";
import { recordAt } from "./record-at.ts";
import { getSubnetIds, getSubnetRecord } from "./subnet.ts";

export type { ConnectionEndpoint, NodeRecord } from "../records.ts";

/** The node's record at the version; undefined when absent or removed. */
export function getNodeRecord(registry: RegistryReader, node: Principal, version: number): NodeRecord | undefined {
  return recordAt(registry, NodeRecordSchema, registryKey.nodeRecord(node), version);
}

/** The first listed subnet, in the order of the list, that has the node as a member. */
export function getSubnetIdFromNodeId(
  registry: RegistryReader,
  node: Principal,
  version: number,
): Principal | undefined {
  const id = node.toText();
  return getSubnetIds(registry, version).find((subnet) =>
    recordAt(registry, SubnetRecordSchema, registryKey.subnetRecord(subnet), version)?.membership.some(
      (member) => Principal.fromUint8Array(member).toText() === id,
    ),
  );
}

/** All nodes with a record at the version; keys that do not end in a principal are left out. */
export function getNodeIds(registry: RegistryReader, version: number): Principal[] {
  return registry.keys(KeyPrefix.nodeRecord, version).flatMap((key) => principalOfKey(KeyPrefix.nodeRecord, key) ?? []);
}

/** The listed subnet that has the node as a member, with its record. */
export function getListedSubnetForNodeId(
  registry: RegistryReader,
  node: Principal,
  version: number,
): { readonly subnetId: Principal; readonly record: SubnetRecord } | undefined {
  const subnetId = getSubnetIdFromNodeId(registry, node, version);
  const record = subnetId && getSubnetRecord(registry, subnetId, version);
  return record && { subnetId, record };
}
