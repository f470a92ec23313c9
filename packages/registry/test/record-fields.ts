/**
 * Field numbers and types of upstream's messages (`rs/protobuf/def`), written by hand, one line a message: fields as
 * `name=number:type`, with `[]` for repeated ones and `map:` for maps from text. Enums are int32 on the wire.
 */
export const RECORD_FIELDS: Readonly<Record<string, string>> = {
  "google.protobuf.BytesValue": "value=1:bytes",
  "google.protobuf.UInt64Value": "value=1:uint64",
  "types.v1.PrincipalId": "raw=1:bytes",
  "types.v1.CanisterId": "principal_id=1:types.v1.PrincipalId",
  "types.v1.SubnetId": "principal_id=1:types.v1.PrincipalId",
  "types.v1.NodeId": "principal_id=1:types.v1.PrincipalId",
  "types.v1.EcdsaKeyId": "curve=1:enum name=2:string",
  "types.v1.SchnorrKeyId": "algorithm=1:enum name=2:string",
  "types.v1.VetKdKeyId": "curve=1:enum name=2:string",
  "types.v1.MasterPublicKeyId":
    "ecdsa=1:types.v1.EcdsaKeyId schnorr=2:types.v1.SchnorrKeyId vetkd=3:types.v1.VetKdKeyId",
  "types.v1.NiDkgId":
    "start_block_height=1:uint64 dealer_subnet=2:bytes dkg_tag=4:enum remote_target_id=5:google.protobuf.BytesValue key_id=6:types.v1.MasterPublicKeyId",

  "registry.api_boundary_node.v1.ApiBoundaryNodeRecord": "version=1:string",
  "registry.crypto.v1.PublicKey":
    "version=1:uint32 algorithm=2:enum key_value=3:bytes proof_data=4:google.protobuf.BytesValue timestamp=5:google.protobuf.UInt64Value",
  "registry.crypto.v1.X509PublicKeyCert": "certificate_der=1:bytes",
  "registry.crypto.v1.ECDSASigningSubnetList": "subnets=2:types.v1.SubnetId[]",
  "registry.crypto.v1.ChainKeyEnabledSubnetList": "subnets=1:types.v1.SubnetId[]",
  "registry.dc.v1.DataCenterRecord": "id=1:string region=2:string owner=3:string gps=4:registry.dc.v1.Gps",
  "registry.dc.v1.Gps": "latitude=1:float longitude=2:float",
  "registry.firewall.v1.FirewallRule":
    "ipv4_prefixes=1:string[] ipv6_prefixes=2:string[] ports=3:uint32[] action=4:enum comment=5:string user=6:string direction=7:enum",
  "registry.firewall.v1.FirewallRuleSet": "entries=1:registry.firewall.v1.FirewallRule[]",
  "registry.firewall.v1.FirewallConfig": "firewall_config=1:string ipv4_prefixes=2:string[] ipv6_prefixes=3:string[]",
  "registry.hostos_version.v1.HostosVersionRecord":
    "release_package_urls=1:string[] release_package_sha256_hex=2:string hostos_version_id=3:string",
  "registry.nns.v1.NnsCanisterRecord": "id=1:types.v1.CanisterId",
  "registry.nns.v1.NnsCanisterRecords": "canisters=1:map:registry.nns.v1.NnsCanisterRecord",
  "registry.node.v1.ConnectionEndpoint": "ip_addr=1:string port=2:uint32",
  "registry.node.v1.IPv4InterfaceConfig": "ip_addr=1:string gateway_ip_addr=2:string[] prefix_length=3:uint32",
  "registry.node.v1.NodeRecord":
    "xnet=5:registry.node.v1.ConnectionEndpoint http=6:registry.node.v1.ConnectionEndpoint node_operator_id=15:bytes chip_id=16:bytes hostos_version_id=17:string public_ipv4_config=18:registry.node.v1.IPv4InterfaceConfig domain=19:string node_reward_type=20:enum ssh_node_state_write_access=21:string[]",
  "registry.node_operator.v1.NodeOperatorRecord":
    "node_operator_principal_id=1:bytes node_allowance=2:uint64 node_provider_principal_id=3:bytes dc_id=4:string rewardable_nodes=5:map:uint32 ipv6=6:string max_rewardable_nodes=7:map:uint32",
  "registry.node_rewards.v2.NodeRewardRate":
    "xdr_permyriad_per_node_per_month=1:uint64 reward_coefficient_percent=2:int32",
  "registry.node_rewards.v2.NodeRewardRates": "rates=1:map:registry.node_rewards.v2.NodeRewardRate",
  "registry.node_rewards.v2.NodeRewardsTable": "table=1:map:registry.node_rewards.v2.NodeRewardRates",
  "registry.provisional_whitelist.v1.ProvisionalWhitelist": "list_type=1:enum set=2:types.v1.PrincipalId[]",
  "registry.replica_version.v1.ReplicaVersionRecord":
    "release_package_sha256_hex=6:string release_package_urls=7:string[] guest_launch_measurements=9:registry.replica_version.v1.GuestLaunchMeasurements",
  "registry.replica_version.v1.GuestLaunchMeasurements":
    "guest_launch_measurements=1:registry.replica_version.v1.GuestLaunchMeasurement[]",
  "registry.replica_version.v1.GuestLaunchMeasurement":
    "measurement=1:bytes metadata=2:registry.replica_version.v1.GuestLaunchMeasurementMetadata",
  "registry.replica_version.v1.GuestLaunchMeasurementMetadata": "kernel_cmdline=1:string",
  "registry.replica_version.v1.BlessedReplicaVersions": "blessed_version_ids=1:string[]",
  "registry.routing_table.v1.CanisterIdRange":
    "start_canister_id=3:types.v1.CanisterId end_canister_id=4:types.v1.CanisterId",
  "registry.routing_table.v1.RoutingTable": "entries=1:registry.routing_table.v1.RoutingTable.Entry[]",
  "registry.routing_table.v1.RoutingTable.Entry":
    "range=1:registry.routing_table.v1.CanisterIdRange subnet_id=2:types.v1.SubnetId",
  "registry.routing_table.v1.CanisterMigrations": "entries=1:registry.routing_table.v1.CanisterMigrations.Entry[]",
  "registry.routing_table.v1.CanisterMigrations.Entry":
    "range=1:registry.routing_table.v1.CanisterIdRange subnet_ids=2:types.v1.SubnetId[]",
  "registry.standard_engine_replica_version.v1.StandardEngineReplicaVersionRecord":
    "new_replica_version_id=1:string old_replica_version_id=2:string deployment_progress=3:double",
  "registry.subnet.v1.SubnetListRecord": "subnets=2:bytes[]",
  "registry.subnet.v1.SubnetRecord":
    "membership=3:bytes[] max_ingress_bytes_per_message=5:uint64 unit_delay_millis=7:uint64 initial_notary_delay_millis=8:uint64 replica_version_id=9:string dkg_interval_length=10:uint64 start_as_nns=14:bool subnet_type=15:enum dkg_dealings_per_block=16:uint64 is_halted=17:bool max_ingress_messages_per_block=18:uint64 max_block_payload_size=19:uint64 features=23:registry.subnet.v1.SubnetFeatures max_number_of_canisters=24:uint64 ssh_readonly_access=25:string[] ssh_backup_access=26:string[] halt_at_cup_height=28:bool chain_key_config=29:registry.subnet.v1.ChainKeyConfig canister_cycles_cost_schedule=30:enum subnet_admins=31:types.v1.PrincipalId[] max_ingress_bytes_per_block=32:uint64 recalled_replica_version_ids=33:string[] resource_limits=34:registry.subnet.v1.ResourceLimits",
  "registry.subnet.v1.SubnetFeatures": "canister_sandboxing=2:bool http_requests=3:bool sev_enabled=9:bool",
  "registry.subnet.v1.ResourceLimits": "maximum_state_size=1:uint64 maximum_state_delta=2:uint64",
  "registry.subnet.v1.KeyConfig":
    "key_id=1:types.v1.MasterPublicKeyId pre_signatures_to_create_in_advance=3:uint32 max_queue_size=4:uint32",
  "registry.subnet.v1.ChainKeyConfig":
    "key_configs=1:registry.subnet.v1.KeyConfig[] signature_request_timeout_ns=2:uint64 idkg_key_rotation_period_ms=3:uint64 max_parallel_pre_signature_transcripts_in_creation=4:uint32",
  "registry.subnet.v1.CatchUpPackageContents":
    "initial_ni_dkg_transcript_low_threshold=1:registry.subnet.v1.InitialNiDkgTranscriptRecord initial_ni_dkg_transcript_high_threshold=2:registry.subnet.v1.InitialNiDkgTranscriptRecord height=3:uint64 time=4:uint64 state_hash=5:bytes registry_store_uri=6:registry.subnet.v1.RegistryStoreUri ecdsa_initializations=7:registry.subnet.v1.EcdsaInitialization[] chain_key_initializations=8:registry.subnet.v1.ChainKeyInitialization[] genesis=9:registry.subnet.v1.GenesisArgs recovery=10:registry.subnet.v1.RecoveryArgs subnet_splitting=11:registry.subnet.v1.SubnetSplittingArgs",
  "registry.subnet.v1.InitialNiDkgTranscriptRecord":
    "id=1:types.v1.NiDkgId threshold=2:uint32 committee=3:bytes[] registry_version=4:uint64 internal_csp_transcript=5:bytes",
  "registry.subnet.v1.RegistryStoreUri": "uri=1:string hash=2:string registry_version=3:uint64",
  "registry.subnet.v1.GenesisArgs": "height=1:uint64",
  "registry.subnet.v1.RecoveryArgs": "height=1:uint64 time=2:uint64 state_hash=3:bytes",
  "registry.subnet.v1.SubnetSplittingArgs": "destination_subnet_id=1:types.v1.SubnetId",
  "registry.subnet.v1.EcdsaInitialization":
    "key_id=1:types.v1.EcdsaKeyId dealings=2:registry.subnet.v1.InitialIDkgDealings",
  "registry.subnet.v1.ChainKeyInitialization":
    "key_id=1:types.v1.MasterPublicKeyId dealings=2:registry.subnet.v1.InitialIDkgDealings transcript_record=3:registry.subnet.v1.InitialNiDkgTranscriptRecord",
  "registry.subnet.v1.InitialIDkgDealings":
    "version=1:uint32 params=2:registry.subnet.v1.IDkgTranscriptParams signed_dealings=4:registry.subnet.v1.IDkgSignedDealingTuple[]",
  "registry.subnet.v1.IDkgTranscriptId": "id=1:uint64 subnet_id=2:types.v1.SubnetId source_height=3:uint64",
  "registry.subnet.v1.IDkgDealing": "transcript_id=1:registry.subnet.v1.IDkgTranscriptId raw_dealing=2:bytes",
  "registry.subnet.v1.IDkgSignedDealingTuple":
    "dealer=1:types.v1.NodeId dealing=2:registry.subnet.v1.IDkgDealing signature=3:bytes",
  "registry.subnet.v1.SignatureTuple": "signer=1:types.v1.NodeId signature=2:bytes",
  "registry.subnet.v1.VerifiedIDkgDealing":
    "dealer_index=1:uint32 signed_dealing_tuple=6:registry.subnet.v1.IDkgSignedDealingTuple support_tuples=7:registry.subnet.v1.SignatureTuple[]",
  "registry.subnet.v1.IDkgTranscript":
    "transcript_id=1:registry.subnet.v1.IDkgTranscriptId dealers=2:types.v1.NodeId[] receivers=3:types.v1.NodeId[] registry_version=4:uint64 verified_dealings=5:registry.subnet.v1.VerifiedIDkgDealing[] transcript_type=6:bytes algorithm_id=7:enum raw_transcript=8:bytes",
  "registry.subnet.v1.DealerTuple": "dealer_id=1:types.v1.NodeId dealer_index=2:uint32",
  "registry.subnet.v1.IDkgTranscriptParams":
    "transcript_id=1:registry.subnet.v1.IDkgTranscriptId dealers=2:registry.subnet.v1.DealerTuple[] receivers=3:types.v1.NodeId[] registry_version=4:uint64 algorithm_id=5:enum idkg_transcript_operation=6:enum idkg_transcript_operation_args=7:registry.subnet.v1.IDkgTranscript[]",
  "registry.unassigned_nodes_config.v1.UnassignedNodesConfigRecord":
    "ssh_readonly_access=1:string[] replica_version=2:string",
};
