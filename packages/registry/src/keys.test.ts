import assert from "node:assert/strict";
import { test } from "node:test";
import { Principal } from "@icos/certification";
import {
  canisterIdOf,
  familyOf,
  KeyPrefix,
  KeyPurpose,
  parseCryptoRecordKey,
  principalOfKey,
  registryKey,
} from "./index.ts";

const id = Principal.fromText("rwlgt-iiaaa-aaaaa-aaaaa-cai");

void test("keys are upstream's, with principals in textual form", () => {
  assert.equal(registryKey.nodeRecord(id), "node_record_rwlgt-iiaaa-aaaaa-aaaaa-cai");
  assert.equal(
    registryKey.cryptoRecord(id, KeyPurpose.committeeSigning),
    "crypto_record_rwlgt-iiaaa-aaaaa-aaaaa-cai_4",
  );
  assert.equal(registryKey.tlsCertificate(id), "crypto_tls_cert_rwlgt-iiaaa-aaaaa-aaaaa-cai");
  assert.equal(registryKey.thresholdKey(id), "crypto_threshold_signing_public_key_rwlgt-iiaaa-aaaaa-aaaaa-cai");
  assert.equal(registryKey.dataCenterRecord("ZH2"), "data_center_record_zh2");
  assert.equal(
    registryKey.firewallRules({ kind: "node", node: id }),
    "firewall_rules_node_rwlgt-iiaaa-aaaaa-aaaaa-cai",
  );
  assert.equal(registryKey.canisterRanges(canisterIdOf(0n)), "canister_ranges_00000000000000000101");
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
