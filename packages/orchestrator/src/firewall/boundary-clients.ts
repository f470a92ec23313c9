import { Principal } from "@icos/certification";
import { getListedSubnets, isSystemApiBoundaryNode, SubnetType, type RegistryReader } from "@icos/registry";
import { addressesOfNodes, type NodeAddresses } from "./node-addresses.ts";

/** Whom an API boundary node is a proxy for: the members of the system subnets, or of all others. */
export function socksClients(registry: RegistryReader, node: Principal, version: number): NodeAddresses {
  const system = isSystemApiBoundaryNode(registry, node, version);
  const members = getListedSubnets(registry, version)
    .filter(({ record }) => (record.subnetType === SubnetType.SYSTEM) === system)
    .flatMap(({ record }) => record.membership.map((member) => Principal.fromUint8Array(member)));
  return addressesOfNodes(registry, members, version);
}
