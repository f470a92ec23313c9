import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { Principal } from "@icos/certification";
import {
  canisterIdOf,
  EcdsaCurve,
  familyOf,
  KeyPrefix,
  KeyPurpose,
  MasterPublicKeyIdSchema,
  parseCryptoRecordKey,
  principalOfKey,
  registryKey,
} from "./index.ts";

const id = Principal.fromText("rwlgt-iiaaa-aaaaa-aaaaa-cai");

void test("keys are upstream's, with principals in textual form", () => {
  const text = "rwlgt-iiaaa-aaaaa-aaaaa-cai";
  const ecdsa = { keyId: { case: "ecdsa", value: { curve: EcdsaCurve.SECP256K1, name: "k" } } } as const;
  for (const [key, expected] of [
    [registryKey.nnsSubnetId, "nns_subnet_id"],
    [registryKey.subnetList, "subnet_list"],
    [registryKey.subnetRecord(id), `subnet_record_${text}`],
    [registryKey.catchUpPackageContents(id), `catch_up_package_contents_${text}`],
    [registryKey.thresholdKey(id), `crypto_threshold_signing_public_key_${text}`],
    [registryKey.nodeRecord(id), `node_record_${text}`],
    [registryKey.cryptoRecord(id, KeyPurpose.nodeSigning), `crypto_record_${text}_1`],
    [registryKey.cryptoRecord(id, KeyPurpose.dkgDealingEncryption), `crypto_record_${text}_3`],
    [registryKey.cryptoRecord(id, KeyPurpose.committeeSigning), `crypto_record_${text}_4`],
    [registryKey.cryptoRecord(id, KeyPurpose.idkgMegaEncryption), `crypto_record_${text}_5`],
    [registryKey.tlsCertificate(id), `crypto_tls_cert_${text}`],
    [registryKey.nodeOperatorRecord(id), `node_operator_record_${text}`],
    [registryKey.dataCenterRecord("ZH2"), "data_center_record_zh2"],
    [registryKey.replicaVersion("0fA"), "replica_version_0fA"],
    [registryKey.blessedReplicaVersions, "blessed_replica_versions"],
    [registryKey.hostosVersion("0fA"), "hostos_version_0fA"],
    [registryKey.unassignedNodesConfig, "unassigned_nodes_config"],
    [registryKey.apiBoundaryNode(id), `api_boundary_node_${text}`],
    [registryKey.firewallRules({ kind: "global" }), "firewall_rules_global"],
    [registryKey.firewallRules({ kind: "replica_nodes" }), "firewall_rules_replica_nodes"],
    [registryKey.firewallRules({ kind: "api_boundary_nodes" }), "firewall_rules_api_boundary_nodes"],
    [registryKey.firewallRules({ kind: "subnet", subnet: id }), `firewall_rules_subnet_${text}`],
    [registryKey.firewallRules({ kind: "node", node: id }), `firewall_rules_node_${text}`],
    [registryKey.firewallConfig, "firewall_config"],
    [registryKey.routingTable, "routing_table"],
    [registryKey.canisterRanges(canisterIdOf(0n)), "canister_ranges_00000000000000000101"],
    [registryKey.canisterMigrations, "canister_migrations"],
    [registryKey.nodeRewardsTable, "node_rewards_table"],
    [registryKey.provisionalWhitelist, "provisional_whitelist"],
    [registryKey.nnsCanisterRecords, "nns_canister_records"],
    [registryKey.chainKeySubnets(create(MasterPublicKeyIdSchema, ecdsa)), "master_public_key_id_ecdsa:Secp256k1:k"],
  ] as const)
    assert.equal(key, expected);
});

void test("shards of the routing table are in the order of their first canisters", () => {
  const first = [0n, 1n, 0xffn, 0x100n, 0x10_0000n, 1n << 40n, (1n << 64n) - 1n];
  const keys = first.map((index) => registryKey.canisterRanges(canisterIdOf(index)));
  assert.deepEqual(keys.toSorted(), keys);
  assert.equal(keys[4], "canister_ranges_00000000001000000101");
});

void test("keys are read back, and what is not one is not", () => {
  assert.equal(principalOfKey(KeyPrefix.nodeRecord, registryKey.nodeRecord(id))?.toText(), id.toText());
  assert.equal(principalOfKey(KeyPrefix.nodeRecord, "node_record_x"), undefined);
  assert.equal(principalOfKey(KeyPrefix.nodeRecord, registryKey.subnetRecord(id)), undefined);
  assert.equal(parseCryptoRecordKey(registryKey.cryptoRecord(id, KeyPurpose.nodeSigning))?.purpose, 1);
  for (const key of ["crypto_record_", `crypto_record_${id.toText()}`, "crypto_record_x_1"]) {
    assert.equal(parseCryptoRecordKey(key), undefined);
  }
  assert.equal(familyOf(registryKey.thresholdKey(id)), KeyPrefix.thresholdKey);
  assert.equal(familyOf("subnet_list"), "subnet_list");
});
