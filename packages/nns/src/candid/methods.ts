import type { PayloadOf, RegistryMethod, ReplyOf } from "@icos/registry";
import {
  blob,
  bool,
  done,
  type Codec,
  float32,
  float64,
  int32,
  nat32,
  nat64,
  opt,
  pair,
  present,
  principal,
  record,
  reserved,
  result,
  text,
  vec,
} from "./codec.ts";
import { firewallChange, firewallRules } from "./firewall-codecs.ts";
import { createSubnetPayload, recoverSubnetPayload, splitSubnetPayload, updateSubnetPayload } from "./subnet-codecs.ts";

/** Argument and reply of a method; no reply is `()`. */
export interface MethodCodec<Payload, Reply> {
  readonly payload: Codec<Payload>;
  readonly reply: Codec<Reply> | undefined;
}

const counts = vec(pair(text, nat32));
const nodeIds = { node_ids: vec(principal) };

const ipv4Config = record("IPv4Config", { prefix_length: nat32, gateway_ip_addr: text, ip_addr: text });

const removeNodesPayload: Codec<PayloadOf<"remove_nodes">> = record("RemoveNodesPayload", nodeIds);

/** Upstream's candid interface, as far as there are mutations; fields that upstream ignores are left out. */
export const METHOD_CODECS: {
  readonly [M in RegistryMethod]: MethodCodec<PayloadOf<M>, Exclude<ReplyOf<M>, undefined>>;
} = {
  add_node: {
    payload: record("AddNodePayload", {
      prometheus_metrics_endpoint: text,
      http_endpoint: text,
      idkg_dealing_encryption_pk: opt(blob),
      domain: opt(text),
      public_ipv4_config: opt(ipv4Config),
      xnet_endpoint: text,
      chip_id: opt(blob),
      node_registration_attestation: opt(reserved),
      committee_signing_pk: blob,
      node_signing_pk: blob,
      transport_tls_cert: blob,
      ni_dkg_dealing_encryption_pk: blob,
      p2p_flow_endpoints: vec(text),
      node_reward_type: opt(text),
    }),
    reply: principal,
  },
  remove_node_directly: { payload: record("RemoveNodeDirectlyPayload", { node_id: principal }), reply: undefined },
  remove_nodes: { payload: removeNodesPayload, reply: undefined },
  update_node_directly: {
    payload: record("UpdateNodeDirectlyPayload", { idkg_dealing_encryption_pk: opt(blob) }),
    reply: undefined,
  },
  update_node_domain_directly: {
    payload: record("UpdateNodeDomainDirectlyPayload", { node_id: principal, domain: opt(text) }),
    reply: done("UpdateNodeDomainDirectlyResponse"),
  },
  update_node_ipv4_config_directly: {
    payload: record("UpdateNodeIPv4ConfigDirectlyPayload", { ipv4_config: opt(ipv4Config), node_id: principal }),
    reply: done("UpdateNodeIpv4ConfigDirectlyResponse"),
  },
  add_node_operator: {
    payload: record("AddNodeOperatorPayload", {
      ipv6: opt(text),
      node_operator_principal_id: opt(principal),
      node_allowance: nat64,
      rewardable_nodes: counts,
      node_provider_principal_id: opt(principal),
      dc_id: text,
      max_rewardable_nodes: opt(counts),
    }),
    reply: undefined,
  },
  update_node_operator_config: {
    payload: record("UpdateNodeOperatorConfigPayload", {
      node_operator_id: opt(principal),
      set_ipv6_to_none: opt(bool),
      ipv6: opt(text),
      node_provider_id: opt(principal),
      node_allowance: opt(nat64),
      rewardable_nodes: counts,
      dc_id: opt(text),
      max_rewardable_nodes: opt(counts),
    }),
    reply: undefined,
  },
  update_node_operator_config_directly: {
    payload: record("UpdateNodeOperatorConfigDirectlyPayload", {
      node_operator_id: opt(principal),
      node_provider_id: opt(principal),
    }),
    reply: undefined,
  },
  migrate_node_operator_directly: {
    payload: record("MigrateNodeOperatorPayload", {
      new_node_operator_id: opt(principal),
      old_node_operator_id: opt(principal),
    }),
    reply: undefined,
  },
  remove_node_operators: {
    payload: record("RemoveNodeOperatorsPayload", {
      node_operators_to_remove: vec(blob),
      node_operator_principals_to_remove: opt(record("NodeOperatorPrincipals", { principals: vec(principal) })),
    }),
    reply: undefined,
  },
  add_or_remove_data_centers: {
    payload: record("AddOrRemoveDataCentersProposalPayload", {
      data_centers_to_add: vec(
        record("DataCenterRecord", {
          id: text,
          gps: opt(record("Gps", { latitude: float32, longitude: float32 })),
          region: text,
          owner: text,
        }),
      ),
      data_centers_to_remove: vec(text),
    }),
    reply: undefined,
  },
  update_node_rewards_table: {
    payload: record("UpdateNodeRewardsTableProposalPayload", {
      new_entries: vec(
        pair(
          text,
          record("NodeRewardRates", {
            rates: vec(
              pair(
                text,
                record("NodeRewardRate", {
                  xdr_permyriad_per_node_per_month: nat64,
                  reward_coefficient_percent: opt(int32),
                }),
              ),
            ),
          }),
        ),
      ),
    }),
    reply: undefined,
  },
  create_subnet: {
    payload: createSubnetPayload,
    reply: result("CreateSubnetResponse", record(undefined, { new_subnet_id: present(principal, "new_subnet_id") })),
  },
  delete_subnet: { payload: record("DeleteSubnetPayload", { subnet_id: opt(principal) }), reply: undefined },
  add_nodes_to_subnet: {
    payload: record("AddNodesToSubnetPayload", { subnet_id: principal, ...nodeIds }),
    reply: undefined,
  },
  remove_nodes_from_subnet: { payload: removeNodesPayload, reply: undefined },
  change_subnet_membership: {
    payload: record("ChangeSubnetMembershipPayload", {
      node_ids_add: vec(principal),
      subnet_id: principal,
      node_ids_remove: vec(principal),
    }),
    reply: undefined,
  },
  swap_node_in_subnet_directly: {
    payload: record("SwapNodeInSubnetDirectlyPayload", { new_node_id: opt(principal), old_node_id: opt(principal) }),
    reply: undefined,
  },
  update_subnet: { payload: updateSubnetPayload, reply: undefined },
  recover_subnet: { payload: recoverSubnetPayload, reply: undefined },
  split_subnet: { payload: splitSubnetPayload, reply: done("SplitSubnetResponse") },
  set_subnet_operational_level: {
    payload: record("SetSubnetOperationalLevelPayload", {
      subnet_id: opt(principal),
      operational_level: opt(int32),
      ssh_readonly_access: opt(vec(text)),
      ssh_node_state_write_access: opt(
        vec(record("NodeSshAccess", { node_id: opt(principal), public_keys: opt(vec(text)) })),
      ),
      recalled_replica_version_ids: opt(vec(text)),
    }),
    reply: undefined,
  },
  revise_elected_guestos_versions: {
    payload: record("ReviseElectedGuestosVersionsPayload", {
      release_package_urls: vec(text),
      replica_versions_to_unelect: vec(text),
      replica_version_to_elect: opt(text),
      guest_launch_measurements: opt(
        record("GuestLaunchMeasurements", {
          guest_launch_measurements: vec(
            record("GuestLaunchMeasurement", {
              metadata: opt(record("GuestLaunchMeasurementMetadata", { kernel_cmdline: opt(text) })),
              measurement: blob,
            }),
          ),
        }),
      ),
      release_package_sha256_hex: opt(text),
    }),
    reply: undefined,
  },
  deploy_guestos_to_all_subnet_nodes: {
    payload: record("DeployGuestosToAllSubnetNodesPayload", { subnet_id: principal, replica_version_id: text }),
    reply: undefined,
  },
  deploy_guestos_to_all_unassigned_nodes: {
    payload: record("DeployGuestosToAllUnassignedNodesPayload", { elected_replica_version: text }),
    reply: undefined,
  },
  update_unassigned_nodes_config: {
    payload: record("UpdateUnassignedNodesConfigPayload", {
      replica_version: opt(text),
      ssh_readonly_access: opt(vec(text)),
    }),
    reply: undefined,
  },
  update_ssh_readonly_access_for_all_unassigned_nodes: {
    payload: record("UpdateSshReadOnlyAccessForAllUnassignedNodesPayload", { ssh_readonly_keys: vec(text) }),
    reply: undefined,
  },
  add_api_boundary_nodes: {
    payload: record("AddApiBoundaryNodesPayload", { version: text, ...nodeIds }),
    reply: undefined,
  },
  remove_api_boundary_nodes: { payload: record("RemoveApiBoundaryNodesPayload", nodeIds), reply: undefined },
  deploy_guestos_to_some_api_boundary_nodes: {
    payload: record("DeployGuestosToSomeApiBoundaryNodes", { version: text, ...nodeIds }),
    reply: undefined,
  },
  revise_elected_hostos_versions: {
    payload: record("ReviseElectedHostosVersionsPayload", {
      release_package_urls: vec(text),
      hostos_version_to_elect: opt(text),
      hostos_versions_to_unelect: vec(text),
      release_package_sha256_hex: opt(text),
    }),
    reply: undefined,
  },
  deploy_hostos_to_some_nodes: {
    payload: record("DeployHostosToSomeNodes", { hostos_version_id: opt(text), ...nodeIds }),
    reply: undefined,
  },
  update_standard_engine_replica_version: {
    payload: record("UpdateStandardEngineReplicaVersionPayload", {
      new_replica_version_id: text,
      old_replica_version_id: text,
      deployment_progress: float64,
    }),
    reply: undefined,
  },
  add_firewall_rules: { payload: record("AddFirewallRulesPayload", firewallRules), reply: undefined },
  remove_firewall_rules: { payload: record("RemoveFirewallRulesPayload", firewallChange), reply: undefined },
  update_firewall_rules: { payload: record("UpdateFirewallRulesPayload", firewallRules), reply: undefined },
};
