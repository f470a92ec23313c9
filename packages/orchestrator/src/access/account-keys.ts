import type { Principal } from "@icos/certification";
import {
  getListedSubnetForNodeId,
  getNodeRecord,
  getUnassignedNodesConfig,
  registryKey,
  type RegistryReader,
} from "@icos/registry";

/** Accounts whose SSH keys the registry decides; `admin` is not one of them. */
export const GRANTED_ACCOUNTS = ["readonly", "backup", "recovery"] as const;
export type GrantedAccount = (typeof GRANTED_ACCOUNTS)[number];

/** Who may log in to the node, as the registry says at one version. */
export interface GrantedAccess {
  /** The subnet whose lists apply; undefined for a node in none. */
  readonly subnetId: string | undefined;
  /** As the registry has them, unchecked. */
  readonly keys: Readonly<Record<GrantedAccount, readonly string[]>>;
}

/**
 * A member of a subnet has its subnet's lists for `readonly` and `backup`; an unassigned node the list of the unassigned
 * nodes for `readonly`; an API boundary node none of these. `recovery` is listed in the node's own record.
 */
export function grantedAccess(registry: RegistryReader, node: Principal, version: number): GrantedAccess {
  const recovery = getNodeRecord(registry, node, version)?.sshNodeStateWriteAccess ?? [];
  const subnet = getListedSubnetForNodeId(registry, node, version);
  if (subnet !== undefined) {
    const { sshReadonlyAccess: readonly, sshBackupAccess: backup } = subnet.record;
    return { subnetId: subnet.subnetId.toText(), keys: { readonly, backup, recovery } };
  }
  const boundary = registry.value(registryKey.apiBoundaryNode(node), version) !== undefined;
  const readonly = boundary ? [] : (getUnassignedNodesConfig(registry, version)?.sshReadonlyAccess ?? []);
  return { subnetId: undefined, keys: { readonly, backup: [], recovery } };
}
