/** Topics that proposals to run these functions have. */
export const TOPICS = {
  nodeAdmin: "Node Admin",
  subnetManagement: "Subnet Management",
  versionElection: "IC OS Version Election",
  versionDeployment: "IC OS Version Deployment",
  networkEconomics: "Network Economics",
  participantManagement: "Participant Management",
  apiBoundaryNodes: "API Boundary Node Management",
} as const;
export type Topic = (typeof TOPICS)[keyof typeof TOPICS];

export interface NnsFunction {
  /** As a proposal names it. */
  readonly number: number;
  /** The registry's method that it calls. */
  readonly method: string;
  readonly topic: Topic;
}

const functions = (topic: Topic, methods: Readonly<Record<number, string>>): NnsFunction[] =>
  Object.entries(methods).map(([number, method]) => ({ number: Number(number), method, topic }));

/**
 * The functions that a proposal may run, as far as they change the registry. Upstream:
 * `rs/nns/governance/src/proposals/execute_nns_function.rs`.
 */
export const NNS_FUNCTIONS: readonly NnsFunction[] = [
  ...functions(TOPICS.nodeAdmin, {
    8: "add_node_operator",
    16: "update_node_operator_config",
    18: "remove_nodes",
    23: "remove_node_operators",
    49: "update_ssh_readonly_access_for_all_unassigned_nodes",
  }),
  ...functions(TOPICS.subnetManagement, {
    1: "create_subnet",
    2: "add_nodes_to_subnet",
    6: "recover_subnet",
    7: "update_subnet",
    13: "remove_nodes_from_subnet",
    25: "add_firewall_rules",
    26: "remove_firewall_rules",
    27: "update_firewall_rules",
    31: "change_subnet_membership",
    55: "set_subnet_operational_level",
    56: "split_subnet",
    57: "delete_subnet",
  }),
  ...functions(TOPICS.versionElection, {
    38: "revise_elected_guestos_versions",
    50: "revise_elected_hostos_versions",
  }),
  ...functions(TOPICS.versionDeployment, {
    11: "deploy_guestos_to_all_subnet_nodes",
    47: "deploy_guestos_to_some_api_boundary_nodes",
    48: "deploy_guestos_to_all_unassigned_nodes",
    51: "deploy_hostos_to_some_nodes",
  }),
  ...functions(TOPICS.networkEconomics, { 20: "update_node_rewards_table" }),
  ...functions(TOPICS.participantManagement, { 21: "add_or_remove_data_centers" }),
  ...functions(TOPICS.apiBoundaryNodes, { 43: "add_api_boundary_nodes", 44: "remove_api_boundary_nodes" }),
];

/** Numbers of former functions, with what took their place. They cannot be proposed any more. */
export const OBSOLETE_FUNCTIONS: ReadonlyMap<number, readonly number[]> = new Map([
  [5, [38]],
  [22, [48, 49]],
  [36, [38]],
  [40, [50]],
  [41, [51]],
  [46, [47]],
]);

export function nnsFunction(number: number): NnsFunction | undefined {
  return NNS_FUNCTIONS.find((each) => each.number === number);
}

/** The function that calls the method. */
export function nnsFunctionOf(method: string): NnsFunction | undefined {
  return NNS_FUNCTIONS.find((each) => each.method === method);
}
