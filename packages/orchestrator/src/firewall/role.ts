import type { Principal } from "@icos/certification";
import {
  getApiBoundaryNodeRecord,
  getListedSubnetForNodeId,
  type FirewallScope,
  type RegistryReader,
} from "@icos/registry";

/** What the firewall takes the node for. */
export type FirewallRole =
  | { readonly kind: "replica"; readonly subnetId: Principal | undefined }
  | { readonly kind: "boundary-node" };

/** A subnet's member has a replica's firewall, whatever else there is; an API boundary node has its own. */
export function firewallRole(registry: RegistryReader, node: Principal, version: number): FirewallRole {
  const subnet = getListedSubnetForNodeId(registry, node, version);
  if (subnet !== undefined) return { kind: "replica", subnetId: subnet.subnetId };
  const boundary = getApiBoundaryNodeRecord(registry, node, version) !== undefined;
  return boundary ? { kind: "boundary-node" } : { kind: "replica", subnetId: undefined };
}

/** Whose rules apply, highest priority first. */
export function scopesOf(role: FirewallRole, node: Principal): readonly FirewallScope[] {
  if (role.kind === "boundary-node") {
    return [{ kind: "node", node }, { kind: "api_boundary_nodes" }, { kind: "global" }];
  }
  return [
    { kind: "node", node },
    ...(role.subnetId === undefined ? [] : [{ kind: "subnet", subnet: role.subnetId } as const]),
    { kind: "replica_nodes" },
    { kind: "global" },
  ];
}
