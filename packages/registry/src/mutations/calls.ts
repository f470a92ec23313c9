import type { Principal } from "@icos/certification";
import { addNode, type AddNodePayload } from "./add-node.ts";
import type { MutationFunction } from "./context.ts";
import { addOrRemoveDataCenters, type AddOrRemoveDataCentersPayload } from "./data-centers.ts";
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
import {
  addNodesToSubnet,
  changeSubnetMembership,
  removeNodesFromSubnet,
  type AddNodesToSubnetPayload,
  type ChangeSubnetMembershipPayload,
  type RemoveNodesFromSubnetPayload,
} from "./subnet-membership.ts";
import { createSubnet, deleteSubnet, type CreateSubnetPayload, type DeleteSubnetPayload } from "./subnets.ts";
import {
  deployGuestosToAllSubnetNodes,
  deployGuestosToAllUnassignedNodes,
  reviseElectedGuestosVersions,
  updateUnassignedNodesConfig,
  type DeployGuestosToAllSubnetNodesPayload,
  type DeployGuestosToAllUnassignedNodesPayload,
  type ReviseElectedGuestosVersionsPayload,
  type UpdateUnassignedNodesConfigPayload,
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
  readonly add_node_operator: Signature<AddNodeOperatorPayload, undefined>;
  readonly update_node_operator_config: Signature<UpdateNodeOperatorConfigPayload, undefined>;
  readonly remove_node_operators: Signature<RemoveNodeOperatorsPayload, undefined>;
  readonly add_or_remove_data_centers: Signature<AddOrRemoveDataCentersPayload, undefined>;
  readonly create_subnet: Signature<CreateSubnetPayload, { readonly new_subnet_id: Principal }>;
  readonly delete_subnet: Signature<DeleteSubnetPayload, undefined>;
  readonly add_nodes_to_subnet: Signature<AddNodesToSubnetPayload, undefined>;
  readonly remove_nodes_from_subnet: Signature<RemoveNodesFromSubnetPayload, undefined>;
  readonly change_subnet_membership: Signature<ChangeSubnetMembershipPayload, undefined>;
  readonly revise_elected_guestos_versions: Signature<ReviseElectedGuestosVersionsPayload, undefined>;
  readonly deploy_guestos_to_all_subnet_nodes: Signature<DeployGuestosToAllSubnetNodesPayload, undefined>;
  readonly deploy_guestos_to_all_unassigned_nodes: Signature<DeployGuestosToAllUnassignedNodesPayload, undefined>;
  readonly update_unassigned_nodes_config: Signature<UpdateUnassignedNodesConfigPayload, undefined>;
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
  add_node_operator: addNodeOperator,
  update_node_operator_config: updateNodeOperatorConfig,
  remove_node_operators: removeNodeOperators,
  add_or_remove_data_centers: addOrRemoveDataCenters,
  create_subnet: createSubnet,
  delete_subnet: deleteSubnet,
  add_nodes_to_subnet: addNodesToSubnet,
  remove_nodes_from_subnet: removeNodesFromSubnet,
  change_subnet_membership: changeSubnetMembership,
  revise_elected_guestos_versions: reviseElectedGuestosVersions,
  deploy_guestos_to_all_subnet_nodes: deployGuestosToAllSubnetNodes,
  deploy_guestos_to_all_unassigned_nodes: deployGuestosToAllUnassignedNodes,
  update_unassigned_nodes_config: updateUnassignedNodesConfig,
};
