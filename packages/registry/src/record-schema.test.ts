import assert from "node:assert/strict";
import { test } from "node:test";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Principal } from "@icos/certification";
import {
  chainKeyText,
  EcdsaCurve,
  isChainKeyText,
  KeyPrefix,
  KeyPurpose,
  MasterPublicKeyIdSchema,
  parseFirewallScope,
  recordKindOf,
  recordSchemaOf,
  registryKey,
  SchnorrAlgorithm,
  VetKdCurve,
} from "./index.ts";

const id = Principal.fromText("rwlgt-iiaaa-aaaaa-aaaaa-cai");
const text = id.toText();

void test("a key says which record it is for", () => {
  const expected = {
    nns_subnet_id: "types.v1.SubnetId",
    subnet_list: "registry.subnet.v1.SubnetListRecord",
    [`subnet_record_${text}`]: "registry.subnet.v1.SubnetRecord",
    [`catch_up_package_contents_${text}`]: "registry.subnet.v1.CatchUpPackageContents",
    [`crypto_threshold_signing_public_key_${text}`]: "registry.crypto.v1.PublicKey",
    [`node_record_${text}`]: "registry.node.v1.NodeRecord",
    [registryKey.cryptoRecord(id, KeyPurpose.committeeSigning)]: "registry.crypto.v1.PublicKey",
    [`crypto_tls_cert_${text}`]: "registry.crypto.v1.X509PublicKeyCert",
    [`node_operator_record_${text}`]: "registry.node_operator.v1.NodeOperatorRecord",
    data_center_record_zh2: "registry.dc.v1.DataCenterRecord",
    replica_version_abc: "registry.replica_version.v1.ReplicaVersionRecord",
    blessed_replica_versions: "registry.replica_version.v1.BlessedReplicaVersions",
    hostos_version_abc: "registry.hostos_version.v1.HostosVersionRecord",
    unassigned_nodes_config: "registry.unassigned_nodes_config.v1.UnassignedNodesConfigRecord",
    [`api_boundary_node_${text}`]: "registry.api_boundary_node.v1.ApiBoundaryNodeRecord",
    firewall_rules_global: "registry.firewall.v1.FirewallRuleSet",
    firewall_rules_replica_nodes: "registry.firewall.v1.FirewallRuleSet",
    firewall_rules_api_boundary_nodes: "registry.firewall.v1.FirewallRuleSet",
    [`firewall_rules_subnet_${text}`]: "registry.firewall.v1.FirewallRuleSet",
    [`firewall_rules_node_${text}`]: "registry.firewall.v1.FirewallRuleSet",
    firewall_config: "registry.firewall.v1.FirewallConfig",
    routing_table: "registry.routing_table.v1.RoutingTable",
    canister_ranges_00000000000000000101: "registry.routing_table.v1.RoutingTable",
    canister_migrations: "registry.routing_table.v1.CanisterMigrations",
    node_rewards_table: "registry.node_rewards.v2.NodeRewardsTable",
    provisional_whitelist: "registry.provisional_whitelist.v1.ProvisionalWhitelist",
    nns_canister_records: "registry.nns.v1.NnsCanisterRecords",
    "key_id_Secp256k1:a": "registry.crypto.v1.ECDSASigningSubnetList",
    "master_public_key_id_ecdsa:Secp256k1:a": "registry.crypto.v1.ChainKeyEnabledSubnetList",
    standard_engine_replica_version: "registry.standard_engine_replica_version.v1.StandardEngineReplicaVersionRecord",
  };
  const found = Object.keys(expected).map((key) => [key, recordSchemaOf(key)?.typeName]);
  assert.deepEqual(Object.fromEntries(found), expected);
  assert.equal(recordKindOf(`node_record_${text}`)?.id, text);
  assert.equal(recordKindOf("subnet_list")?.id, "");
  for (const key of ["", "subnet_lists", "node", "toString"]) assert.equal(recordKindOf(key), undefined);
});

void test("firewall rules have a scope", () => {
  const scopes = [
    { kind: "global" },
    { kind: "replica_nodes" },
    { kind: "api_boundary_nodes" },
    { kind: "subnet", subnet: id },
    { kind: "node", node: id },
  ] as const;
  for (const scope of scopes) {
    const key = registryKey.firewallRules(scope);
    assert.deepEqual(parseFirewallScope(key.slice(KeyPrefix.firewallRules.length)), scope, key);
  }
  for (const wrong of ["", "globals", "node", "node_", "node_x", `subnets_${text}`, `node_${text.toUpperCase()}`]) {
    assert.equal(parseFirewallScope(wrong), undefined, wrong);
  }
});

void test("chain keys have upstream's textual form", () => {
  const keys: MessageInitShape<typeof MasterPublicKeyIdSchema>[] = [
    { keyId: { case: "ecdsa", value: { curve: EcdsaCurve.SECP256K1, name: "key:1" } } },
    { keyId: { case: "schnorr", value: { algorithm: SchnorrAlgorithm.BIP340SECP256K1, name: "a" } } },
    { keyId: { case: "schnorr", value: { algorithm: SchnorrAlgorithm.ED25519, name: "" } } },
    { keyId: { case: "vetkd", value: { curve: VetKdCurve.BLS12_381_G2, name: "b" } } },
  ];
  const texts = ["ecdsa:Secp256k1:key:1", "schnorr:Bip340Secp256k1:a", "schnorr:Ed25519:", "vetkd:Bls12_381_G2:b"];
  const made = keys.map((key) => chainKeyText(create(MasterPublicKeyIdSchema, key)));
  assert.deepEqual(made, texts);
  assert.ok(texts.every(isChainKeyText));
  assert.ok(!["ecdsa:Secp256k1", "ecdsa:Ed25519:a", "rsa:x:y", ""].some(isChainKeyText));
});
