import { Principal } from "@icos/certification";
import { registryKey } from "../keys.ts";
import { SubnetIdSchema, SubnetListRecordSchema, SubnetRecordSchema, type SubnetRecord } from "../records.ts";
import type { RegistryReader } from "../replicate/client.ts";
import { recordAt } from "./record-at.ts";

export function getSubnetRecord(
  registry: RegistryReader,
  subnet: Principal,
  version: number,
): SubnetRecord | undefined {
  return recordAt(registry, SubnetRecordSchema, registryKey.subnetRecord(subnet), version);
}

/** The listed subnets, in the order of the list. */
export function getSubnetIds(registry: RegistryReader, version: number): Principal[] {
  const list = recordAt(registry, SubnetListRecordSchema, registryKey.subnetList, version);
  return (list?.subnets ?? []).map((id) => Principal.fromUint8Array(id));
}

/** Whether the subnet existed and was deleted at or before the version; false for one that never was. */
export function isSubnetDeleted(registry: RegistryReader, subnet: Principal, version: number): boolean {
  const entry = registry.entry(registryKey.subnetRecord(subnet), version);
  return entry !== undefined && entry.value === undefined;
}

/** The subnet that hosts the registry. */
export function getRootSubnetId(registry: RegistryReader, version: number): Principal | undefined {
  const raw = recordAt(registry, SubnetIdSchema, registryKey.nnsSubnetId, version)?.principalId?.raw;
  return raw && Principal.fromUint8Array(raw);
}

export function getSubnetMembers(
  registry: RegistryReader,
  subnet: Principal,
  version: number,
): Principal[] | undefined {
  return getSubnetRecord(registry, subnet, version)?.membership.map((id) => Principal.fromUint8Array(id));
}

/** The GuestOS version that the subnet's nodes are to run. */
export function getReplicaVersionOfSubnet(
  registry: RegistryReader,
  subnet: Principal,
  version: number,
): string | undefined {
  return getSubnetRecord(registry, subnet, version)?.replicaVersionId;
}
