import type { Principal } from "@icos/certification";
import type { PayloadOf, RegistryMethod, ReplyOf } from "@icos/registry";
import type { NnsClient } from "./nns-client.ts";

type Call<Method extends RegistryMethod> = (payload: PayloadOf<Method>) => Promise<ReplyOf<Method>>;

/** The settings that a subnet of a testnet has unless told otherwise (upstream's defaults for application subnets). */
export const SUBNET_DEFAULTS = {
  subnet_type: "application",
  features: { canister_sandboxing: false, http_requests: true },
  max_ingress_bytes_per_message: 2n * 1024n * 1024n,
  max_ingress_messages_per_block: 1000n,
  max_block_payload_size: 4n * 1024n * 1024n,
  unit_delay_millis: 1000n,
  initial_notary_delay_millis: 600n,
  dkg_interval_length: 499n,
  dkg_dealings_per_block: 1n,
  max_number_of_canisters: 120_000n,
  start_as_nns: false,
  is_halted: false,
  ssh_readonly_access: [],
  ssh_backup_access: [],
} satisfies Partial<PayloadOf<"create_subnet">>;

/** What governance does to the registry: one method for each mutation, by a client whose identity is governance. */
export class GovernanceClient {
  readonly #client: NnsClient;

  constructor(client: NnsClient) {
    this.#client = client;
  }

  /** Settings that are left out are those of an application subnet. Returns the id of the subnet. */
  async createSubnet(
    payload: Pick<PayloadOf<"create_subnet">, "node_ids" | "replica_version_id"> & Partial<PayloadOf<"create_subnet">>,
  ): Promise<Principal> {
    const reply = await this.#client.call("create_subnet", { ...SUBNET_DEFAULTS, ...payload });
    return reply.new_subnet_id;
  }

  readonly addNodeOperator: Call<"add_node_operator"> = (payload) => this.#client.call("add_node_operator", payload);
  readonly updateNodeOperatorConfig: Call<"update_node_operator_config"> = (payload) =>
    this.#client.call("update_node_operator_config", payload);
  readonly removeNodeOperators: Call<"remove_node_operators"> = (payload) =>
    this.#client.call("remove_node_operators", payload);
  readonly addOrRemoveDataCenters: Call<"add_or_remove_data_centers"> = (payload) =>
    this.#client.call("add_or_remove_data_centers", payload);
  readonly removeNodes: Call<"remove_nodes"> = (payload) => this.#client.call("remove_nodes", payload);
  readonly deleteSubnet: Call<"delete_subnet"> = (payload) => this.#client.call("delete_subnet", payload);
  readonly addNodesToSubnet: Call<"add_nodes_to_subnet"> = (payload) =>
    this.#client.call("add_nodes_to_subnet", payload);
  readonly removeNodesFromSubnet: Call<"remove_nodes_from_subnet"> = (payload) =>
    this.#client.call("remove_nodes_from_subnet", payload);
  readonly changeSubnetMembership: Call<"change_subnet_membership"> = (payload) =>
    this.#client.call("change_subnet_membership", payload);
  readonly reviseElectedGuestosVersions: Call<"revise_elected_guestos_versions"> = (payload) =>
    this.#client.call("revise_elected_guestos_versions", payload);
  readonly deployGuestosToAllSubnetNodes: Call<"deploy_guestos_to_all_subnet_nodes"> = (payload) =>
    this.#client.call("deploy_guestos_to_all_subnet_nodes", payload);
  readonly deployGuestosToAllUnassignedNodes: Call<"deploy_guestos_to_all_unassigned_nodes"> = (payload) =>
    this.#client.call("deploy_guestos_to_all_unassigned_nodes", payload);
  readonly updateUnassignedNodesConfig: Call<"update_unassigned_nodes_config"> = (payload) =>
    this.#client.call("update_unassigned_nodes_config", payload);
}
