import type { Principal } from "@icos/certification";
import { addNode, type AddNodePayload } from "./add-node.ts";
import {
  addApiBoundaryNodes,
  deployGuestosToSomeApiBoundaryNodes,
  removeApiBoundaryNodes,
  type AddApiBoundaryNodesPayload,
  type DeployGuestosToSomeApiBoundaryNodesPayload,
  type RemoveApiBoundaryNodesPayload,
} from "./api-boundary-nodes.ts";
import type { MutationFunction } from "./context.ts";
import { addOrRemoveDataCenters, type AddOrRemoveDataCentersPayload } from "./data-centers.ts";
import {
  updateStandardEngineReplicaVersion,
  type UpdateStandardEngineReplicaVersionPayload,
} from "./engine-version.ts";
import {
  addFirewallRules,
  removeFirewallRules,
  updateFirewallRules,
  type AddFirewallRulesPayload,
  type RemoveFirewallRulesPayload,
  type UpdateFirewallRulesPayload,
} from "./firewall.ts";
import {
  deployHostosToSomeNodes,
  reviseElectedHostosVersions,
  type DeployHostosToSomeNodesPayload,
  type ReviseElectedHostosVersionsPayload,
} from "./hostos-versions.ts";
import { updateNodeDirectly, type UpdateNodeDirectlyPayload } from "./key-rotation.ts";
import {
  updateNodeDomainDirectly,
  updateNodeIpv4ConfigDirectly,
  type UpdateNodeDomainDirectlyPayload,
  type UpdateNodeIpv4ConfigDirectlyPayload,
} from "./node-settings.ts";
import { setSubnetOperationalLevel, type SetSubnetOperationalLevelPayload } from "./operational-level.ts";
import {
  migrateNodeOperatorDirectly,
  updateNodeOperatorConfigDirectly,
  type MigrateNodeOperatorPayload,
  type UpdateNodeOperatorConfigDirectlyPayload,
} from "./operator-transfer.ts";
import {
  addNodeOperator,
  removeNodeOperators,
  updateNodeOperatorConfig,
  type AddNodeOperatorPayload,
  type RemoveNodeOperatorsPayload,
  type UpdateNodeOperatorConfigPayload,
} from "./operators.ts";
import {
  removeNodeDirectly,
  removeNodes,
  type RemoveNodeDirectlyPayload,
  type RemoveNodesPayload,
} from "./remove-nodes.ts";
import { recoverSubnet, splitSubnet, type RecoverSubnetPayload, type SplitSubnetPayload } from "./recover-subnet.ts";
import { updateNodeRewardsTable, type UpdateNodeRewardsTablePayload } from "./rewards-table.ts";
import {
  addNodesToSubnet,
  changeSubnetMembership,
  removeNodesFromSubnet,
  type AddNodesToSubnetPayload,
  type ChangeSubnetMembershipPayload,
  type RemoveNodesFromSubnetPayload,
} from "./subnet-membership.ts";
import { createSubnet, deleteSubnet, type CreateSubnetPayload, type DeleteSubnetPayload } from "./subnets.ts";
import { swapNodeInSubnetDirectly, type SwapNodeInSubnetDirectlyPayload } from "./swap-node.ts";
import {
  deployGuestosToAllUnassignedNodes,
  updateSshReadonlyAccessForAllUnassignedNodes,
  updateUnassignedNodesConfig,
  type DeployGuestosToAllUnassignedNodesPayload,
  type UpdateSshReadonlyAccessForAllUnassignedNodesPayload,
  type UpdateUnassignedNodesConfigPayload,
} from "./unassigned-nodes.ts";
import { updateSubnet, type UpdateSubnetPayload } from "./update-subnet.ts";
import {
  deployGuestosToAllSubnetNodes,
  reviseElectedGuestosVersions,
  type DeployGuestosToAllSubnetNodesPayload,
  type ReviseElectedGuestosVersionsPayload,
} from "./versions.ts";

interface Signature<Payload, Reply> {
  readonly payload: Payload;
  readonly reply: Reply;
}

/** The mutations by their name in the registry's interface, with payload and reply. */
export interface RegistryMethods {
  readonly add_node: Signature<AddNodePayload, Principal>;
  readonly remove_node_directly: Signature<RemoveNodeDirectlyPayload, undefined>;
  readonly remove_nodes: Signature<RemoveNodesPayload, undefined>;
  readonly update_node_directly: Signature<UpdateNodeDirectlyPayload, undefined>;
  readonly update_node_domain_directly: Signature<UpdateNodeDomainDirectlyPayload, null>;
  readonly update_node_ipv4_config_directly: Signature<UpdateNodeIpv4ConfigDirectlyPayload, null>;
  readonly add_node_operator: Signature<AddNodeOperatorPayload, undefined>;
  readonly update_node_operator_config: Signature<UpdateNodeOperatorConfigPayload, undefined>;
  readonly update_node_operator_config_directly: Signature<UpdateNodeOperatorConfigDirectlyPayload, undefined>;
  readonly migrate_node_operator_directly: Signature<MigrateNodeOperatorPayload, undefined>;
  readonly remove_node_operators: Signature<RemoveNodeOperatorsPayload, undefined>;
  readonly add_or_remove_data_centers: Signature<AddOrRemoveDataCentersPayload, undefined>;
  readonly update_node_rewards_table: Signature<UpdateNodeRewardsTablePayload, undefined>;
  readonly create_subnet: Signature<CreateSubnetPayload, { readonly new_subnet_id: Principal }>;
  readonly delete_subnet: Signature<DeleteSubnetPayload, undefined>;
  readonly add_nodes_to_subnet: Signature<AddNodesToSubnetPayload, undefined>;
  readonly remove_nodes_from_subnet: Signature<RemoveNodesFromSubnetPayload, undefined>;
  readonly change_subnet_membership: Signature<ChangeSubnetMembershipPayload, undefined>;
  readonly swap_node_in_subnet_directly: Signature<SwapNodeInSubnetDirectlyPayload, undefined>;
  readonly update_subnet: Signature<UpdateSubnetPayload, undefined>;
  readonly recover_subnet: Signature<RecoverSubnetPayload, undefined>;
  readonly split_subnet: Signature<SplitSubnetPayload, null>;
  readonly set_subnet_operational_level: Signature<SetSubnetOperationalLevelPayload, undefined>;
  readonly revise_elected_guestos_versions: Signature<ReviseElectedGuestosVersionsPayload, undefined>;
  readonly deploy_guestos_to_all_subnet_nodes: Signature<DeployGuestosToAllSubnetNodesPayload, undefined>;
  readonly deploy_guestos_to_all_unassigned_nodes: Signature<DeployGuestosToAllUnassignedNodesPayload, undefined>;
  readonly update_unassigned_nodes_config: Signature<UpdateUnassignedNodesConfigPayload, undefined>;
  readonly update_ssh_readonly_access_for_all_unassigned_nodes: Signature<
    UpdateSshReadonlyAccessForAllUnassignedNodesPayload,
    undefined
  >;
  readonly add_api_boundary_nodes: Signature<AddApiBoundaryNodesPayload, undefined>;
  readonly remove_api_boundary_nodes: Signature<RemoveApiBoundaryNodesPayload, undefined>;
  readonly deploy_guestos_to_some_api_boundary_nodes: Signature<DeployGuestosToSomeApiBoundaryNodesPayload, undefined>;
  readonly revise_elected_hostos_versions: Signature<ReviseElectedHostosVersionsPayload, undefined>;
  readonly deploy_hostos_to_some_nodes: Signature<DeployHostosToSomeNodesPayload, undefined>;
  readonly update_standard_engine_replica_version: Signature<UpdateStandardEngineReplicaVersionPayload, undefined>;
  readonly add_firewall_rules: Signature<AddFirewallRulesPayload, undefined>;
  readonly remove_firewall_rules: Signature<RemoveFirewallRulesPayload, undefined>;
  readonly update_firewall_rules: Signature<UpdateFirewallRulesPayload, undefined>;
}

export type RegistryMethod = keyof RegistryMethods;
export type PayloadOf<Method extends RegistryMethod> = RegistryMethods[Method]["payload"];
export type ReplyOf<Method extends RegistryMethod> = RegistryMethods[Method]["reply"];

/** A call of one mutation. */
export interface RegistryCall<Method extends RegistryMethod = RegistryMethod> {
  readonly method: Method;
  readonly payload: PayloadOf<Method>;
}

export const MUTATIONS: { readonly [M in RegistryMethod]: MutationFunction<PayloadOf<M>, ReplyOf<M>> } = {
  add_node: addNode,
  remove_node_directly: removeNodeDirectly,
  remove_nodes: removeNodes,
  update_node_directly: updateNodeDirectly,
  update_node_domain_directly: updateNodeDomainDirectly,
  update_node_ipv4_config_directly: updateNodeIpv4ConfigDirectly,
  add_node_operator: addNodeOperator,
  update_node_operator_config: updateNodeOperatorConfig,
  update_node_operator_config_directly: updateNodeOperatorConfigDirectly,
  migrate_node_operator_directly: migrateNodeOperatorDirectly,
  remove_node_operators: removeNodeOperators,
  add_or_remove_data_centers: addOrRemoveDataCenters,
  update_node_rewards_table: updateNodeRewardsTable,
  create_subnet: createSubnet,
  delete_subnet: deleteSubnet,
  add_nodes_to_subnet: addNodesToSubnet,
  remove_nodes_from_subnet: removeNodesFromSubnet,
  change_subnet_membership: changeSubnetMembership,
  swap_node_in_subnet_directly: swapNodeInSubnetDirectly,
  update_subnet: updateSubnet,
  recover_subnet: recoverSubnet,
  split_subnet: splitSubnet,
  set_subnet_operational_level: setSubnetOperationalLevel,
  revise_elected_guestos_versions: reviseElectedGuestosVersions,
  deploy_guestos_to_all_subnet_nodes: deployGuestosToAllSubnetNodes,
  deploy_guestos_to_all_unassigned_nodes: deployGuestosToAllUnassignedNodes,
  update_unassigned_nodes_config: updateUnassignedNodesConfig,
  update_ssh_readonly_access_for_all_unassigned_nodes: updateSshReadonlyAccessForAllUnassignedNodes,
  add_api_boundary_nodes: addApiBoundaryNodes,
  remove_api_boundary_nodes: removeApiBoundaryNodes,
  deploy_guestos_to_some_api_boundary_nodes: deployGuestosToSomeApiBoundaryNodes,
  revise_elected_hostos_versions: reviseElectedHostosVersions,
  deploy_hostos_to_some_nodes: deployHostosToSomeNodes,
  update_standard_engine_replica_version: updateStandardEngineReplicaVersion,
  add_firewall_rules: addFirewallRules,
  remove_firewall_rules: removeFirewallRules,
  update_firewall_rules: updateFirewallRules,
};

/** Upstream's older names of methods. */
export const METHOD_ALIASES: ReadonlyMap<string, RegistryMethod> = new Map([
  ["revise_elected_replica_versions", "revise_elected_guestos_versions"],
  ["update_api_boundary_nodes_version", "deploy_guestos_to_some_api_boundary_nodes"],
  ["update_elected_hostos_versions", "revise_elected_hostos_versions"],
  ["update_nodes_hostos_version", "deploy_hostos_to_some_nodes"],
]);
