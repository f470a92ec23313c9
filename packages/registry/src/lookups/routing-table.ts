import { Principal } from "@icos/certification";
import { KeyPrefix, registryKey } from "../keys.ts";
import { canisterIndexOf, rangeOf } from "../mutations/routing.ts";
import { CanisterMigrationsSchema, RoutingTableSchema } from "../records.ts";
import type { RegistryReader } from "../replicate/client.ts";
import { malformed, principalOf, recordAt } from "./record-at.ts";

/** Canister numbers, the last one included: a canister id is such a number of 8 bytes, then 1, 1. */
export interface CanisterRange {
  readonly start: bigint;
  readonly end: bigint;
}

export interface RoutingEntry extends CanisterRange {
  readonly subnet: Principal;
}

/**
 * All ranges in the order of canister ids; undefined when there is no table. From the shards; a registry that has none
 * may still have the old single record. Upstream: `get_routing_table`.
 * @throws IcosError `registry-record-malformed` also for ranges that overlap or are out of order
 */
export function getRoutingTable(registry: RegistryReader, version: number): RoutingEntry[] | undefined {
  const shards = registry.keys(KeyPrefix.canisterRanges, version);
  const keys = shards.length > 0 ? shards : [registryKey.routingTable];
  const entries: RoutingEntry[] = [];
  for (const key of keys) {
    const table = recordAt(registry, RoutingTableSchema, key, version);
    if (!table) return undefined;
    for (const entry of table.entries) {
      const range = rangeOf(entry);
      if (!range || range[0] > range[1]) throw malformed(key, "a range of canister ids that is none");
      const [start, end] = range;
      if (start <= (entries.at(-1)?.end ?? -1n)) throw malformed(key, "ranges of canister ids that overlap");
      entries.push({ start, end, subnet: principalOf(entry.subnetId, key) });
    }
  }
  return entries;
}

/** The subnet that a canister's id belongs to. Upstream: `RoutingTable::lookup_entry`. */
export function getSubnetIdFromCanisterId(
  registry: RegistryReader,
  canister: Principal,
  version: number,
): Principal | undefined {
  const index = canisterIndexOf(canister.toUint8Array());
  if (index === undefined) return undefined;
  return getRoutingTable(registry, version)?.find(({ start, end }) => start <= index && index <= end)?.subnet;
}

/** The ranges of a subnet, in the order of canister ids. Upstream: `get_subnet_canister_ranges`. */
export function getSubnetCanisterRanges(registry: RegistryReader, subnet: Principal, version: number): CanisterRange[] {
  const id = subnet.toText();
  return (getRoutingTable(registry, version) ?? [])
    .filter((entry) => entry.subnet.toText() === id)
    .map(({ start, end }) => ({ start, end }));
}

/** A range of canister ids that moves. */
export interface CanisterMigration extends CanisterRange {
  /** From the first subnet to the last. */
  readonly trace: readonly Principal[];
}

/** Upstream: `get_canister_migrations`. */
export function getCanisterMigrations(registry: RegistryReader, version: number): CanisterMigration[] | undefined {
  const key = registryKey.canisterMigrations;
  return recordAt(registry, CanisterMigrationsSchema, key, version)?.entries.map((entry) => {
    const range = rangeOf(entry);
    if (!range || range[0] > range[1]) throw malformed(key, "a range of canister ids that is none");
    return { start: range[0], end: range[1], trace: entry.subnetIds.map((subnet) => principalOf(subnet, key)) };
  });
}
