import { equalBytes, Principal } from "@icos/certification";
import { registryKey } from "../keys.ts";
import {
  type CatchUpPackageContents,
  CatchUpPackageContentsSchema,
  type ChainKeyConfig,
  type NodeRecord,
  NodeRecordSchema,
  SubnetIdSchema,
  SubnetListRecordSchema,
  type SubnetFeatures,
  type SubnetRecord,
  SubnetRecordSchema,
} from "../records.ts";
import type { RegistryReader } from "../replicate/client.ts";
import { principalOf, recordAt } from "./record-at.ts";

/** A listed subnet with its record. */
export interface ListedSubnet {
  readonly subnetId: Principal;
  readonly record: SubnetRecord;
}

/** Upstream: `get_subnet_record`. */
export function getSubnetRecord(
  registry: RegistryReader,
  subnet: Principal,
  version: number,
): SubnetRecord | undefined {
  return recordAt(registry, SubnetRecordSchema, registryKey.subnetRecord(subnet), version);
}

/** The listed subnets, in the order of the list; none when there is no list. Upstream: `get_subnet_ids`. */
export function getSubnetIds(registry: RegistryReader, version: number): Principal[] {
  const list = recordAt(registry, SubnetListRecordSchema, registryKey.subnetList, version);
  return (list?.subnets ?? []).map((id) => Principal.fromUint8Array(id));
}

/** The listed subnets that have a record, in the order of the list. Upstream: `get_all_listed_subnet_records`. */
export function getListedSubnets(registry: RegistryReader, version: number): ListedSubnet[] {
  return getSubnetIds(registry, version).flatMap((subnetId) => {
    const record = getSubnetRecord(registry, subnetId, version);
    return record ? [{ subnetId, record }] : [];
  });
}

/**
 * The first listed subnet that has the node as a member, with its record. Records of subnets after it are not read.
 * Upstream: `get_listed_subnet_for_node_id`.
 */
export function getListedSubnetForNodeId(
  registry: RegistryReader,
  node: Principal,
  version: number,
): ListedSubnet | undefined {
  const id = node.toUint8Array();
  for (const subnetId of getSubnetIds(registry, version)) {
    const record = getSubnetRecord(registry, subnetId, version);
    if (record?.membership.some((member) => equalBytes(member, id))) return { subnetId, record };
  }
  return undefined;
}

/**
 * Whether the subnet existed and was deleted at or before the version; false for one that never was, or is there again.
 * Upstream: `is_subnet_deleted`.
 */
export function isSubnetDeleted(registry: RegistryReader, subnet: Principal, version: number): boolean {
  const entry = registry.entry(registryKey.subnetRecord(subnet), version);
  return entry !== undefined && entry.value === undefined;
}

/** The subnet that hosts the registry. Upstream: `get_root_subnet_id`. */
export function getRootSubnetId(registry: RegistryReader, version: number): Principal | undefined {
  const id = recordAt(registry, SubnetIdSchema, registryKey.nnsSubnetId, version);
  return id && principalOf(id, registryKey.nnsSubnetId);
}

/** The members, in the order of the record; undefined when there is no such subnet. Upstream: `get_node_ids_on_subnet`. */
export function getSubnetMembers(
  registry: RegistryReader,
  subnet: Principal,
  version: number,
): Principal[] | undefined {
  return getSubnetRecord(registry, subnet, version)?.membership.map((id) => Principal.fromUint8Array(id));
}

/** Upstream: `get_features`. */
export function getSubnetFeatures(
  registry: RegistryReader,
  subnet: Principal,
  version: number,
): SubnetFeatures | undefined {
  return getSubnetRecord(registry, subnet, version)?.features;
}

/** Upstream: `get_chain_key_config`. */
export function getChainKeyConfig(
  registry: RegistryReader,
  subnet: Principal,
  version: number,
): ChainKeyConfig | undefined {
  return getSubnetRecord(registry, subnet, version)?.chainKeyConfig;
}

/** From what a subnet starts or recovers, with the registry version that said so. */
export interface VersionedCupContents {
  /** Of the last write or deletion at or before the version that was asked for. */
  readonly version: number;
  /** Undefined after a deletion. */
  readonly contents: CatchUpPackageContents | undefined;
}

/** The catch-up package contents; undefined when there never were any. Upstream: `get_cup_contents`. */
export function getCupContents(
  registry: RegistryReader,
  subnet: Principal,
  version: number,
): VersionedCupContents | undefined {
  const key = registryKey.catchUpPackageContents(subnet);
  const entry = registry.entry(key, version);
  const contents = recordAt(registry, CatchUpPackageContentsSchema, key, version);
  return entry && { version: entry.version, contents };
}

/**
 * The members with their records, in the order of the membership; undefined when the subnet or *any* member's record is
 * missing. Upstream: `SubnetTransportRegistry::get_subnet_node_records`, which panics at a record that does not decode.
 */
export function getSubnetNodeRecords(
  registry: RegistryReader,
  subnet: Principal,
  version: number,
): { readonly node: Principal; readonly record: NodeRecord }[] | undefined {
  const members = getSubnetMembers(registry, subnet, version);
  if (!members) return undefined;
  const found: { readonly node: Principal; readonly record: NodeRecord }[] = [];
  for (const node of members) {
    const record = recordAt(registry, NodeRecordSchema, registryKey.nodeRecord(node), version);
    if (!record) return undefined;
    found.push({ node, record });
  }
  return found;
}
