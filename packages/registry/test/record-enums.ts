/** Values of upstream's enums, written by hand, without the prefix that their names share. */
export const ENUM_VALUES: Readonly<Record<string, string>> = {
  "registry.node.v1.NodeRewardType":
    "UNSPECIFIED=0 TYPE0=1 TYPE1=2 TYPE2=3 TYPE3=4 TYPE3DOT1=5 TYPE1DOT1=6 TYPE4=7 TYPE4DOT1=8 TYPE4DOT2=9 TYPE4DOT3=10 TYPE4DOT4=11 TYPE4DOT5=12",
  "registry.firewall.v1.FirewallAction": "UNSPECIFIED=0 ALLOW=1 DENY=2 REJECT=3",
  "registry.firewall.v1.FirewallRuleDirection": "UNSPECIFIED=0 INBOUND=1 OUTBOUND=2",
  "registry.subnet.v1.SubnetType": "UNSPECIFIED=0 APPLICATION=1 SYSTEM=2 VERIFIED_APPLICATION=4 CLOUD_ENGINE=5",
  "registry.subnet.v1.CanisterCyclesCostSchedule": "UNSPECIFIED=0 NORMAL=1 FREE=2",
  "registry.subnet.v1.IDkgTranscriptOperation":
    "UNSPECIFIED=0 RANDOM=1 RESHARE_OF_MASKED=2 RESHARE_OF_UNMASKED=3 UNMASKED_TIMES_MASKED=4 RANDOM_UNMASKED=5",
  "registry.crypto.v1.AlgorithmId":
    "UNSPECIFIED=0 MULTI_BLS12_381=1 THRES_BLS12_381=2 SCHNORR_SECP256K1=3 STATIC_DH_SECP256K1=4 HASH_SHA256=5 TLS=6 ED25519=7 SECP256K1=8 GROTH20_BLS12_381=9 NIDKG_GROTH20_BLS12_381=10 ECDSA_P256=11 ECDSA_SECP_256K1=12 IC_CANISTER_SIGNATURE=13 RSA_SHA256=14 THRESHOLD_ECDSA_SECP_256K1=15 MEGA_SECP_256K1=16 THRESHOLD_ECDSA_SECP_256R1=17 THRESHOLD_SCHNORR_BIP340=18 THRESHOLD_ED25519=19 VETKD=20",
  "registry.provisional_whitelist.v1.ProvisionalWhitelist.ListType": "UNSPECIFIED=0 ALL=1 SET=2",
  "types.v1.EcdsaCurve": "UNSPECIFIED=0 SECP256K1=1",
  "types.v1.SchnorrAlgorithm": "UNSPECIFIED=0 BIP340SECP256K1=1 ED25519=2",
  "types.v1.VetKdCurve": "UNSPECIFIED=0 BLS12_381_G2=1",
  "types.v1.NiDkgTag": "UNSPECIFIED=0 LOW_THRESHOLD=1 HIGH_THRESHOLD=2 HIGH_THRESHOLD_FOR_KEY=3",
  "ic_registry_common.pb.local_store.v1.MutationType": "INVALID_STATE=0 SET=1 UNSET=2",
  "ic_registry_transport.pb.v1.RegistryError.Code":
    "MALFORMED_MESSAGE=0 KEY_NOT_PRESENT=1 KEY_ALREADY_PRESENT=2 VERSION_NOT_LATEST=3 VERSION_BEYOND_LATEST=4 AUTHORIZATION=5 INTERNAL_ERROR=999",
  "ic_registry_transport.pb.v1.RegistryMutation.Type": "INSERT=0 UPDATE=1 DELETE=2 UPSERT=4",
};

/** Numbers that upstream's messages and enums have given up, first to last. */
export const RESERVED_NUMBERS: Readonly<Record<string, string>> = {
  "registry.node.v1.NodeRecord": "1-4 7-14",
  "registry.node.v1.ConnectionEndpoint": "4-4",
  "registry.replica_version.v1.ReplicaVersionRecord": "1-5 8-8",
  "registry.api_boundary_node.v1.ApiBoundaryNodeRecord": "2-2",
  "registry.subnet.v1.SubnetRecord": "1-2 4-4 6-6 13-13 20-22 27-27",
  "registry.subnet.v1.SubnetType": "3-3",
};
