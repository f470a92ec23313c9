import { Principal } from "@icos/certification";
import { KeyPrefix, principalOfKey, registryKey } from "../keys.ts";
import { ApiBoundaryNodeRecordSchema, type ApiBoundaryNodeRecord } from "../records.ts";
import type { RegistryReader } from "../replicate/client.ts";
import { recordAt } from "./record-at.ts";

/** Upstream: `get_api_boundary_node_record`. */
export function getApiBoundaryNodeRecord(
  registry: RegistryReader,
  node: Principal,
  version: number,
): ApiBoundaryNodeRecord | undefined {
  return recordAt(registry, ApiBoundaryNodeRecordSchema, registryKey.apiBoundaryNode(node), version);
}

/**
 * The API boundary nodes, in the order of their keys; keys that do not end in a principal are left out. Upstream:
 * `get_api_boundary_node_ids`.
 */
export function getApiBoundaryNodeIds(registry: RegistryReader, version: number): Principal[] {
  const prefix = KeyPrefix.apiBoundaryNode;
  return registry.keys(prefix, version).flatMap((key) => principalOfKey(prefix, key) ?? []);
}

/**
 * The API boundary nodes that serve the NNS: the first half of all, one more when their number is odd, by the bytes of
 * their ids. Upstream: `get_system_api_boundary_node_ids`.
 */
export function getSystemApiBoundaryNodeIds(registry: RegistryReader, version: number): Principal[] {
  const all = sortedIds(registry, version);
  return all.slice(0, Math.ceil(all.length / 2));
}

/** The API boundary nodes that serve all other subnets: the rest. Upstream: `get_app_api_boundary_node_ids`. */
export function getAppApiBoundaryNodeIds(registry: RegistryReader, version: number): Principal[] {
  const all = sortedIds(registry, version);
  return all.slice(Math.ceil(all.length / 2));
}

/** Upstream: `is_system_api_boundary_node`. */
export function isSystemApiBoundaryNode(registry: RegistryReader, node: Principal, version: number): boolean {
  const id = node.toText();
  return getSystemApiBoundaryNodeIds(registry, version).some((other) => other.toText() === id);
}

/** Ids compare by their length, then by their bytes. */
function sortedIds(registry: RegistryReader, version: number): Principal[] {
  const ids = getApiBoundaryNodeIds(registry, version).map((id) => id.toUint8Array());
  ids.sort((a, b) => a.length - b.length || Buffer.compare(a, b));
  return ids.map((id) => Principal.fromUint8Array(id));
}
