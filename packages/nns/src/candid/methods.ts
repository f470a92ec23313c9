import type { PayloadOf, RegistryMethod, ReplyOf } from "@icos/registry";
import {
  blob,
  bool,
  choice,
  type Codec,
  float32,
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

/** Argument and reply of a method; no reply is `()`. */
export interface MethodCodec<Payload, Reply> {
  readonly payload: Codec<Payload>;
  readonly reply: Codec<Reply> | undefined;
}

const counts = vec(pair(text, nat32));
const nodeIds = { node_ids: vec(principal) };

const removeNodesPayload: Codec<PayloadOf<"remove_nodes">> = record("RemoveNodesPayload", nodeIds);

const createSubnetPayload: Codec<PayloadOf<"create_subnet">> = record("CreateSubnetPayload", {
  unit_delay_millis: nat64,
  features: record("SubnetFeatures", { canister_sandboxing: bool, http_requests: bool, sev_enabled: opt(bool) }),
  max_ingress_bytes_per_message: nat64,
  dkg_dealings_per_block: nat64,
  max_block_payload_size: nat64,
  start_as_nns: bool,
  is_halted: bool,
  max_ingress_messages_per_block: nat64,
  max_number_of_canisters: nat64,
  chain_key_config: opt(reserved),
  replica_version_id: text,
  dkg_interval_length: nat64,
  subnet_id_override: opt(principal),
  ssh_backup_access: vec(text),
  initial_notary_delay_millis: nat64,
  subnet_type: choice("SubnetType", ["application", "verified_application", "system"]),
  ssh_readonly_access: vec(text),
  node_ids: vec(principal),
  canister_cycles_cost_schedule: opt(choice("CanisterCyclesCostSchedule", ["Normal", "Free"])),
});

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
      public_ipv4_config: opt(record("IPv4Config", { prefix_length: nat32, gateway_ip_addr: text, ip_addr: text })),
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
  revise_elected_guestos_versions: {
    payload: record("ReviseElectedGuestosVersionsPayload", {
      release_package_urls: vec(text),
      replica_versions_to_unelect: vec(text),
      replica_version_to_elect: opt(text),
      guest_launch_measurements: opt(
        record("GuestLaunchMeasurements", {
          guest_launch_measurements: vec(
            record("GuestLaunchMeasurement", {
              metadata: opt(record("GuestLaunchMeasurementMetadata", { kernel_cmdline: text })),
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
};
