import { Principal } from "@icos/certification";
import {
  getSubnetIds,
  getSubnetRecord,
  KeyPrefix,
  principalOfKey,
  SubnetType,
  type RegistryReader,
} from "@icos/registry";
import { addressesOfNodes, type NodeAddresses } from "./node-addresses.ts";

/**
 * Whom an API boundary node is a proxy for. The first half of them, by id, serves the system subnets, the rest the
 * others.
 */
export function socksClients(registry: RegistryReader, node: Principal, version: number): NodeAddresses {
  const system = isSystemBoundaryNode(registry, node, version);
  const members = getSubnetIds(registry, version).flatMap((id) => {
    const subnet = getSubnetRecord(registry, id, version);
    const served = subnet !== undefined && (subnet.subnetType === SubnetType.SYSTEM) === system;
    return served ? subnet.membership.map((member) => Principal.fromUint8Array(member)) : [];
  });
  return addressesOfNodes(registry, members, version);
}

function isSystemBoundaryNode(registry: RegistryReader, node: Principal, version: number): boolean {
  const ids = registry
    .keys(KeyPrefix.apiBoundaryNode, version)
    .flatMap((key) => principalOfKey(KeyPrefix.apiBoundaryNode, key) ?? [])
    .sort((a, b) => Buffer.compare(a.toUint8Array(), b.toUint8Array()));
  const place = ids.findIndex((id) => id.toText() === node.toText());
  return place >= 0 && place < Math.ceil(ids.length / 2);
}
