import { canisterIdOf, type PayloadOf, type RegistryMethod } from "../src/index.ts";
import { OPERATOR, OTHER_OPERATOR, PROVIDER, subnetOf, VERSION, person } from "./network.ts";
import { testNode } from "./nodes.ts";

const node = testNode(0).id;
const other = testNode(1).id;
const subnet = person("subnet");
const versionPackage = { release_package_sha256_hex: "ab".repeat(32), release_package_urls: ["http://x.example/y"] };
const ipv4_config = { ip_addr: "8.8.8.8", gateway_ip_addr: "8.8.8.1", prefix_length: 24 };

/** A payload of every method with every field set; what they name need not be in a registry. */
export const SAMPLE_PAYLOADS: { readonly [M in RegistryMethod]: PayloadOf<M> } = {
  add_node: { ...testNode(0).payload, domain: "node.example", public_ipv4_config: ipv4_config },
  remove_node_directly: { node_id: node },
  remove_nodes: { node_ids: [node, other] },
  update_node_directly: { idkg_dealing_encryption_pk: testNode(0).payload.node_signing_pk },
  update_node_domain_directly: { node_id: node, domain: "node.example" },
  update_node_ipv4_config_directly: { node_id: node, ipv4_config },
  add_node_operator: {
    node_operator_principal_id: OTHER_OPERATOR,
    node_provider_principal_id: PROVIDER,
    node_allowance: 3n,
    dc_id: "dc1",
    rewardable_nodes: [["type1", 2]],
    max_rewardable_nodes: [["type1", 2]],
    ipv6: "2001:db8:0:0:0:0:0:1",
  },
  update_node_operator_config: {
    node_operator_id: OPERATOR,
    node_provider_id: PROVIDER,
    node_allowance: 1n,
    dc_id: "dc1",
    rewardable_nodes: [],
    max_rewardable_nodes: [],
    ipv6: "2001:db8:0:0:0:0:0:1",
    set_ipv6_to_none: true,
  },
  update_node_operator_config_directly: { node_operator_id: OPERATOR, node_provider_id: PROVIDER },
  migrate_node_operator_directly: { old_node_operator_id: OPERATOR, new_node_operator_id: OTHER_OPERATOR },
  remove_node_operators: {
    node_operators_to_remove: [OPERATOR.toUint8Array()],
    node_operator_principals_to_remove: { principals: [OPERATOR] },
  },
  add_or_remove_data_centers: {
    data_centers_to_add: [{ id: "dc2", region: "r", owner: "o", gps: { latitude: 1.5, longitude: 2.5 } }],
    data_centers_to_remove: ["dc1"],
  },
  update_node_rewards_table: {
    new_entries: [
      ["Europe", { rates: [["type1", { xdr_permyriad_per_node_per_month: 5n, reward_coefficient_percent: 80 }]] }],
    ],
  },
  create_subnet: {
    ...subnetOf([node]),
    subnet_admins: [person("admin")],
    max_ingress_bytes_per_block: 4n,
    resource_limits: { maximum_state_size: 1n, maximum_state_delta: 2n },
    canister_cycles_cost_schedule: "Free",
  },
  delete_subnet: { subnet_id: subnet },
  add_nodes_to_subnet: { subnet_id: subnet, node_ids: [node] },
  remove_nodes_from_subnet: { node_ids: [node] },
  change_subnet_membership: { subnet_id: subnet, node_ids_add: [node], node_ids_remove: [other] },
  swap_node_in_subnet_directly: { old_node_id: node, new_node_id: other },
  update_subnet: {
    subnet_id: subnet,
    unit_delay_millis: 1n,
    features: { canister_sandboxing: true, http_requests: true, sev_enabled: false },
    subnet_type: "application",
    is_halted: true,
    halt_at_cup_height: true,
    resource_limits: { maximum_state_size: 1n },
    subnet_admins: [person("admin")],
    ssh_readonly_access: ["key"],
    ssh_backup_access: ["key"],
    chain_key_config: {
      key_configs: [
        {
          key_id: { kind: "Ecdsa", curve: "secp256k1", name: "key_1" },
          pre_signatures_to_create_in_advance: 3,
          max_queue_size: 20,
        },
        { key_id: { kind: "VetKd", curve: "bls12_381_g2", name: "key_1" }, max_queue_size: 20 },
      ],
      idkg_key_rotation_period_ms: 5n,
    },
    chain_key_signing_enable: [{ kind: "Schnorr", algorithm: "ed25519", name: "key_1" }],
    chain_key_signing_disable: [],
  },
  recover_subnet: {
    subnet_id: subnet,
    height: 5n,
    time_ns: 6n,
    state_hash: new Uint8Array(32),
    replacement_nodes: [node],
    registry_store_uri: { 0: "http://x.example/store", 1: "ab", 2: 7n },
  },
  split_subnet: {
    source_subnet_id: subnet,
    destination_node_ids: [node],
    destination_canister_ranges: [{ start: canisterIdOf(0n), end: canisterIdOf(5n) }],
  },
  set_subnet_operational_level: {
    subnet_id: subnet,
    operational_level: 2,
    ssh_readonly_access: ["key"],
    ssh_node_state_write_access: [{ node_id: node, public_keys: ["key"] }],
    recalled_replica_version_ids: [VERSION],
  },
  revise_elected_guestos_versions: {
    ...versionPackage,
    replica_version_to_elect: "v2",
    guest_launch_measurements: {
      guest_launch_measurements: [{ measurement: new Uint8Array(48), metadata: { kernel_cmdline: "quiet" } }],
    },
    replica_versions_to_unelect: ["v0"],
  },
  deploy_guestos_to_all_subnet_nodes: { subnet_id: subnet, replica_version_id: VERSION },
  deploy_guestos_to_all_unassigned_nodes: { elected_replica_version: VERSION },
  update_unassigned_nodes_config: { replica_version: VERSION, ssh_readonly_access: ["key"] },
  update_ssh_readonly_access_for_all_unassigned_nodes: { ssh_readonly_keys: ["key"] },
  add_api_boundary_nodes: { version: VERSION, node_ids: [node] },
  remove_api_boundary_nodes: { node_ids: [node] },
  deploy_guestos_to_some_api_boundary_nodes: { version: VERSION, node_ids: [node] },
  revise_elected_hostos_versions: {
    ...versionPackage,
    hostos_version_to_elect: "h1",
    hostos_versions_to_unelect: ["h0"],
  },
  deploy_hostos_to_some_nodes: { hostos_version_id: "h1", node_ids: [node] },
  update_standard_engine_replica_version: {
    new_replica_version_id: "v2",
    old_replica_version_id: VERSION,
    deployment_progress: 0.25,
  },
  add_firewall_rules: {
    scope: { kind: "node", node },
    expected_hash: "AB",
    positions: [0],
    rules: [
      {
        ipv4_prefixes: ["8.8.8.0/24"],
        ipv6_prefixes: ["2001:db8::/32"],
        ports: [22],
        action: 1,
        comment: "why",
        user: "root",
        direction: 2,
      },
    ],
  },
  remove_firewall_rules: { scope: { kind: "subnet", subnet }, expected_hash: "AB", positions: [-1, 2] },
  update_firewall_rules: { scope: { kind: "global" }, expected_hash: "", positions: [], rules: [] },
};

export const METHODS = Object.keys(SAMPLE_PAYLOADS) as readonly RegistryMethod[];
