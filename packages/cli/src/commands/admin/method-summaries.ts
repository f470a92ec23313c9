import type { RegistryMethod } from "@icos/registry";

/** What a method does, for help. A method that is not here is described by its name. */
const SUMMARIES: { readonly [M in RegistryMethod]?: string } = {
  add_node: "register a node, with its keys and addresses (a node does that itself)",
  remove_node_directly: "remove a node of the operator's",
  remove_nodes: "remove nodes that are in no subnet",
  update_node_domain_directly: "give a node a domain name, or take it away",
  update_node_ipv4_config_directly: "give a node an IPv4 address, or take it away",
  update_node_directly: "change keys or addresses of a node (a node does that itself)",
  add_node_operator: "let an operator of a provider add nodes",
  update_node_operator_config: "change an operator's allowance, data centre or rewards",
  update_node_operator_config_directly: "move an operator to another provider",
  migrate_node_operator_directly: "hand an operator's nodes over to its new key",
  remove_node_operators: "remove operators that have no nodes",
  add_or_remove_data_centers: "add and remove data centres",
  update_node_rewards_table: "change what nodes are rewarded with, by region and type",
  create_subnet: "make a subnet of unassigned nodes",
  update_subnet: "change a subnet's settings",
  recover_subnet: "let a subnet go on from a state that is named, with other nodes if need be",
  split_subnet: "make two subnets of one",
  update_standard_engine_replica_version: "let cloud engines go over to another version, step by step",
  add_firewall_rules: "insert rules into a rule set of the firewall",
  remove_firewall_rules: "take rules out of a rule set of the firewall",
  update_firewall_rules: "replace rules of a rule set of the firewall",
  delete_subnet: "end a subnet; its nodes are unassigned then",
  add_nodes_to_subnet: "add unassigned nodes to a subnet",
  remove_nodes_from_subnet: "take nodes out of their subnets",
  change_subnet_membership: "add and remove nodes of a subnet in one step",
  swap_node_in_subnet_directly: "put a node in the place of another of the same operator",
  set_subnet_operational_level: "take a subnet off-line for repairs, or bring it back",
  revise_elected_guestos_versions: "elect a GuestOS version and unelect others",
  deploy_guestos_to_all_subnet_nodes: "let a subnet's nodes run an elected GuestOS version",
  deploy_guestos_to_all_unassigned_nodes: "let unassigned nodes run an elected GuestOS version",
  update_unassigned_nodes_config: "change version and SSH access of unassigned nodes",
  update_ssh_readonly_access_for_all_unassigned_nodes: "say whose SSH keys may read on unassigned nodes",
  add_api_boundary_nodes: "make API boundary nodes of unassigned nodes",
  remove_api_boundary_nodes: "make API boundary nodes unassigned again",
  deploy_guestos_to_some_api_boundary_nodes: "let API boundary nodes run an elected GuestOS version",
  revise_elected_hostos_versions: "elect a HostOS version and unelect others",
  deploy_hostos_to_some_nodes: "let the hosts of nodes run an elected HostOS version",
};

export function methodSummary(method: RegistryMethod): string {
  return SUMMARIES[method] ?? method.replaceAll("_", " ");
}
