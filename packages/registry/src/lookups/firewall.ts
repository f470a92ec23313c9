import { Principal } from "@icos/certification";
import { IcosError } from "@icos/system";
import type { FirewallScope } from "../firewall-scope.ts";
import { canonicalIp, isPlainIp } from "../ip-address.ts";
import { registryKey } from "../keys.ts";
import { FirewallRuleSetSchema, type FirewallRuleSet, type SubnetType } from "../records.ts";
import type { RegistryReader } from "../replicate/client.ts";
import { getNodeRecord, type NodeRecord } from "./node.ts";
import { recordAt } from "./record-at.ts";
import { getListedSubnets } from "./subnet.ts";

/** The rules of a scope; undefined when there are none. Upstream: `get_firewall_rules`. */
export function getFirewallRules(
  registry: RegistryReader,
  scope: FirewallScope,
  version: number,
): FirewallRuleSet | undefined {
  return recordAt(registry, FirewallRuleSetSchema, registryKey.firewallRules(scope), version);
}

/** The members of all listed subnets of the types, subnet by subnet. Upstream: `get_subnet_node_ids_of_types`. */
export function getSubnetNodeIdsOfTypes(
  registry: RegistryReader,
  types: readonly SubnetType[],
  version: number,
): Principal[] {
  return getListedSubnets(registry, version)
    .filter(({ record }) => types.includes(record.subnetType))
    .flatMap(({ record }) => record.membership.map((id) => Principal.fromUint8Array(id)));
}

/**
 * The IP addresses of the nodes' xnet and http endpoints, each once, in their shortest form. Nodes without a record, or
 * with one that does not decode, and addresses that are none, are left out: the rest still may connect. Upstream:
 * `get_available_ip_addresses_for_node_ids`.
 */
export function getAvailableIpAddressesForNodeIds(
  registry: RegistryReader,
  nodes: readonly Principal[],
  version: number,
): string[] {
  const addresses = nodes.flatMap((node) => {
    const record = readableNodeRecord(registry, node, version);
    return [record?.xnet?.ipAddr, record?.http?.ipAddr].filter((ip) => ip !== undefined);
  });
  return [...new Set(addresses.filter(isPlainIp).map(canonicalIp))];
}

function readableNodeRecord(registry: RegistryReader, node: Principal, version: number): NodeRecord | undefined {
  try {
    return getNodeRecord(registry, node, version);
  } catch (error) {
    if (error instanceof IcosError && error.code === "registry-record-malformed") return undefined;
    throw error;
  }
}
