import type { Principal } from "@icos/certification";
import type { PayloadOf, RegistryMethod, ReplyOf } from "@icos/registry";
import type { NnsClient } from "./nns-client.ts";
import { SUBNET_DEFAULTS } from "./subnet-defaults.ts";

type Call<Method extends RegistryMethod> = (payload: PayloadOf<Method>) => Promise<ReplyOf<Method>>;

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
  readonly reviseElectedHostosVersions: Call<"revise_elected_hostos_versions"> = (payload) =>
    this.#client.call("revise_elected_hostos_versions", payload);
  readonly deployHostosToSomeNodes: Call<"deploy_hostos_to_some_nodes"> = (payload) =>
    this.#client.call("deploy_hostos_to_some_nodes", payload);
  readonly updateUnassignedNodesConfig: Call<"update_unassigned_nodes_config"> = (payload) =>
    this.#client.call("update_unassigned_nodes_config", payload);
}
