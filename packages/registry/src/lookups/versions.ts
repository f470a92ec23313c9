import { KeyPrefix, registryKey } from "../keys.ts";
import {
  ReplicaVersionRecordSchema,
  UnassignedNodesConfigRecordSchema,
  type ReplicaVersionRecord,
  type UnassignedNodesConfigRecord,
} from "../records.ts";
import type { RegistryReader } from "../replicate/client.ts";
import { recordAt } from "./record-at.ts";

export function getReplicaVersionRecord(
  registry: RegistryReader,
  replicaVersion: string,
  version: number,
): ReplicaVersionRecord | undefined {
  return recordAt(registry, ReplicaVersionRecordSchema, registryKey.replicaVersion(replicaVersion), version);
}

/** Ids of the elected GuestOS versions. */
export function getElectedReplicaVersions(registry: RegistryReader, version: number): string[] {
  return registry.keys(KeyPrefix.replicaVersion, version).map((key) => key.slice(KeyPrefix.replicaVersion.length));
}

export function getUnassignedNodesConfig(
  registry: RegistryReader,
  version: number,
): UnassignedNodesConfigRecord | undefined {
  return recordAt(registry, UnassignedNodesConfigRecordSchema, registryKey.unassignedNodesConfig, version);
}
