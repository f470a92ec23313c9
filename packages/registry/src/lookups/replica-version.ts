import { hash } from "node:crypto";
import type { Principal } from "@icos/certification";
import { KeyPrefix, registryKey } from "../keys.ts";
import {
  type ReplicaVersionRecord,
  ReplicaVersionRecordSchema,
  type StandardEngineReplicaVersionRecord,
  StandardEngineReplicaVersionRecordSchema,
  SubnetType,
} from "../records.ts";
import type { RegistryReader } from "../replicate/client.ts";
import { malformed, recordAt } from "./record-at.ts";
import { getSubnetRecord } from "./subnet.ts";

/** Upstream: `ReplicaVersionRegistry::get_replica_version_record`. */
export function getReplicaVersionRecord(
  registry: RegistryReader,
  replicaVersion: string,
  version: number,
): ReplicaVersionRecord | undefined {
  return recordAt(registry, ReplicaVersionRecordSchema, registryKey.replicaVersion(replicaVersion), version);
}

/** Ids of the elected GuestOS versions, in the order of their keys: those that have a record. */
export function getElectedReplicaVersions(registry: RegistryReader, version: number): string[] {
  return registry.keys(KeyPrefix.replicaVersion, version).map((key) => key.slice(KeyPrefix.replicaVersion.length));
}

/** All elected versions with their records. Upstream: `get_all_replica_version_records`. */
export function getReplicaVersionRecords(
  registry: RegistryReader,
  version: number,
): { readonly id: string; readonly record: ReplicaVersionRecord }[] {
  return getElectedReplicaVersions(registry, version).flatMap((id) => {
    const record = getReplicaVersionRecord(registry, id, version);
    return record ? [{ id, record }] : [];
  });
}

/** The launch measurements of all elected versions, 48 bytes each. Upstream: `get_guest_launch_measurements`. */
export function getGuestLaunchMeasurements(registry: RegistryReader, version: number): Uint8Array[] {
  return getReplicaVersionRecords(registry, version).flatMap(({ record }) =>
    (record.guestLaunchMeasurements?.guestLaunchMeasurements ?? []).map(({ measurement }) => measurement),
  );
}

/** Upstream: `get_standard_engine_replica_version_record`. */
export function getStandardEngineReplicaVersionRecord(
  registry: RegistryReader,
  version: number,
): StandardEngineReplicaVersionRecord | undefined {
  return recordAt(
    registry,
    StandardEngineReplicaVersionRecordSchema,
    registryKey.standardEngineReplicaVersion,
    version,
  );
}

/**
 * The GuestOS version that the subnet's nodes are to run; undefined when there is no such subnet. A cloud engine without
 * a version of its own runs the standard one: the new or the old, as its turn is. Upstream: `get_replica_version`.
 * @throws IcosError `registry-record-malformed` when there is none to run
 */
export function getReplicaVersionOfSubnet(
  registry: RegistryReader,
  subnet: Principal,
  version: number,
): string | undefined {
  const record = getSubnetRecord(registry, subnet, version);
  if (!record || record.replicaVersionId !== "") return record?.replicaVersionId;
  const key = registryKey.subnetRecord(subnet);
  if (record.subnetType !== SubnetType.CLOUD_ENGINE) {
    throw malformed(key, "no replica version, which only cloud engines may leave out");
  }
  const standard = getStandardEngineReplicaVersionRecord(registry, version);
  if (!standard) throw malformed(key, "no replica version, and there is no standard one for cloud engines");
  const { newReplicaVersionId, oldReplicaVersionId, deploymentProgress } = standard;
  const isNext = engineUpgradePriority(subnet, newReplicaVersionId) <= deploymentProgress;
  return isNext ? newReplicaVersionId : oldReplicaVersionId;
}

/** The record of the version that {@link getReplicaVersionOfSubnet} gives. */
export function getReplicaVersionRecordOfSubnet(
  registry: RegistryReader,
  subnet: Principal,
  version: number,
): ReplicaVersionRecord | undefined {
  const replicaVersion = getReplicaVersionOfSubnet(registry, subnet, version);
  return replicaVersion === undefined ? undefined : getReplicaVersionRecord(registry, replicaVersion, version);
}

const PRIORITY_DOMAIN = "upgrade priority";
const LARGEST_U64 = 2 ** 64 - 1;

/**
 * When it is a cloud engine's turn to run a new standard version: in [0, 1], the same for the same engine and version. An
 * engine runs the new version once the deployment has progressed that far. It is the first 8 bytes (little endian) of
 * SHA-256 over the domain with its length before it, the version and the subnet's id, both as text, as a part of 2⁶⁴ − 1.
 * Upstream: `engine_upgrade_priority` in `rs/registry/helpers/src/subnet.rs`.
 */
export function engineUpgradePriority(subnet: Principal, newReplicaVersion: string): number {
  const text = `${String.fromCharCode(PRIORITY_DOMAIN.length)}${PRIORITY_DOMAIN}${newReplicaVersion}${subnet.toText()}`;
  return Number(hash("sha256", text, "buffer").readBigUInt64LE()) / LARGEST_U64;
}
