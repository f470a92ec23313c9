import { registryKey } from "../keys.ts";
import { UnassignedNodesConfigRecordSchema, type UnassignedNodesConfigRecord } from "../records.ts";
import type { RegistryReader } from "../replicate/client.ts";
import { recordAt } from "./record-at.ts";

/** What nodes outside of subnets run, and who may read on them. Upstream: `get_unassigned_nodes_config`. */
export function getUnassignedNodesConfig(
  registry: RegistryReader,
  version: number,
): UnassignedNodesConfigRecord | undefined {
  return recordAt(registry, UnassignedNodesConfigRecordSchema, registryKey.unassignedNodesConfig, version);
}
