import { KeyPrefix, registryKey } from "../keys.ts";
import { HostosVersionRecordSchema, type HostosVersionRecord } from "../records.ts";
import type { RegistryReader } from "../replicate/client.ts";
import { recordAt } from "./record-at.ts";

/** Ids of the HostOS versions that have a record, in the order of their keys. Upstream: `get_hostos_versions`. */
export function getHostosVersions(registry: RegistryReader, version: number): string[] {
  return registry.keys(KeyPrefix.hostosVersion, version).map((key) => key.slice(KeyPrefix.hostosVersion.length));
}

/** Upstream: `get_hostos_version_record`. */
export function getHostosVersionRecord(
  registry: RegistryReader,
  hostosVersion: string,
  version: number,
): HostosVersionRecord | undefined {
  return recordAt(registry, HostosVersionRecordSchema, registryKey.hostosVersion(hostosVersion), version);
}
