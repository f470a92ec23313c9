import {
  requireGovernance,
  requireGovernanceFor,
  requireIsNode,
  requireMayRemoveNode,
  requireNodeOperator,
  requireOperator,
  requireProvider,
} from "./access.ts";
import type { PayloadOf, RegistryMethod } from "./calls.ts";
import type { MutationContext } from "./context.ts";
import { refuse } from "./refuse.ts";

/** Who may call, in the words of `docs/registry.md`. */
export const CALLERS = {
  governance: "governance",
  engineController: "governance; for a cloud engine also the engine controller",
  operator: "an operator",
  nodeOperator: "the node's operator",
  nodeRemover: "the node's operator, or one of the same provider and data centre",
  bothNodesOperator: "the operator of both nodes",
  provider: "the operator's provider",
  node: "the node",
} as const;
export type CallerKind = keyof typeof CALLERS;

interface Authorisation<Payload> {
  readonly caller: CallerKind;
  /** @throws MutationRefused */
  readonly check: (context: MutationContext, payload: Payload, method: RegistryMethod) => void;
}

const governance: Authorisation<unknown> = {
  caller: "governance",
  check: (context, _payload, method) => requireGovernance(context, method),
};

/** Who may call which mutation: looked at before anything else. */
export const AUTHORISATION: { readonly [M in RegistryMethod]: Authorisation<PayloadOf<M>> } = {
  add_node: { caller: "operator", check: ({ view, caller }) => void requireOperator(view, caller) },
  remove_node_directly: {
    caller: "nodeRemover",
    check: (context, { node_id }) => requireMayRemoveNode(context, node_id),
  },
  remove_nodes: governance,
  update_node_directly: { caller: "node", check: requireIsNode },
  update_node_domain_directly: {
    caller: "nodeOperator",
    check: (context, { node_id }) => requireNodeOperator(context, node_id),
  },
  update_node_ipv4_config_directly: {
    caller: "nodeOperator",
    check: (context, { node_id }) => requireNodeOperator(context, node_id),
  },
  add_node_operator: governance,
  update_node_operator_config: governance,
  update_node_operator_config_directly: {
    caller: "provider",
    check: (context, { node_operator_id }) => requireProvider(context, node_operator_id),
  },
  migrate_node_operator_directly: {
    caller: "provider",
    check: (context, { old_node_operator_id }) => requireProvider(context, old_node_operator_id),
  },
  remove_node_operators: governance,
  add_or_remove_data_centers: governance,
  update_node_rewards_table: governance,
  create_subnet: governance,
  delete_subnet: governance,
  add_nodes_to_subnet: governance,
  remove_nodes_from_subnet: governance,
  change_subnet_membership: governance,
  swap_node_in_subnet_directly: {
    caller: "bothNodesOperator",
    check(context, { old_node_id, new_node_id }) {
      if (!old_node_id || !new_node_id) throw refuse("swap-payload", "old_node_id and new_node_id are needed.");
      requireNodeOperator(context, old_node_id);
      requireNodeOperator(context, new_node_id);
    },
  },
  update_subnet: {
    caller: "engineController",
    check: (context, { subnet_id }, method) => requireGovernanceFor(context, subnet_id, method),
  },
  recover_subnet: governance,
  split_subnet: governance,
  set_subnet_operational_level: governance,
  revise_elected_guestos_versions: governance,
  deploy_guestos_to_all_subnet_nodes: {
    caller: "engineController",
    check: (context, { subnet_id }, method) => requireGovernanceFor(context, subnet_id, method),
  },
  deploy_guestos_to_all_unassigned_nodes: governance,
  update_unassigned_nodes_config: governance,
  update_ssh_readonly_access_for_all_unassigned_nodes: governance,
  add_api_boundary_nodes: governance,
  remove_api_boundary_nodes: governance,
  deploy_guestos_to_some_api_boundary_nodes: governance,
  revise_elected_hostos_versions: governance,
  deploy_hostos_to_some_nodes: governance,
  update_standard_engine_replica_version: governance,
  add_firewall_rules: governance,
  remove_firewall_rules: governance,
  update_firewall_rules: governance,
};

/** Whether the method is called by governance, so that a proposal can call it. */
export function isGovernanceMethod(method: RegistryMethod): boolean {
  return ["governance", "engineController"].includes(AUTHORISATION[method].caller);
}
