import assert from "node:assert/strict";
import { test } from "node:test";
import { KeyPrefix, type Mutation } from "../index.ts";
import { a, populated, violations } from "../../test/violations.ts";

void test("a key of a family ends in a principal, a crypto record in a purpose too", () => {
  const { network } = populated();
  const insert = (key: string): Mutation => ({ kind: "insert", key, value: new Uint8Array() });
  for (const prefix of [
    KeyPrefix.nodeRecord,
    KeyPrefix.subnetRecord,
    KeyPrefix.apiBoundaryNode,
    KeyPrefix.nodeOperatorRecord,
    KeyPrefix.thresholdKey,
    KeyPrefix.catchUpPackageContents,
  ]) {
    assert.match(
      violations(network, insert(`${prefix}nobody`)).join(),
      /key-names: .*nobody does not end in a principal/,
    );
    const upperCase = insert(prefix + a.toText().toUpperCase());
    assert.match(violations(network, upperCase).join(), /key-names: .* does not end in a principal/);
  }
  for (const [key, problem] of [
    ["firewall_rules_everywhere", /does not name a scope/],
    [`firewall_rules_node(${a.toText()})`, /does not name a scope/],
    ["master_public_key_id_ecdsa:x:y", /does not name a chain key/],
    ["canister_ranges_0", /does not end in a canister id/],
    ["canister_ranges_0000000000000000010A", /does not end in a canister id/],
    ["data_center_record_ZH2", /not that of the data centre/],
    ["hostos_version_h1", /not that of the version/],
  ] as const) {
    assert.match(violations(network, insert(key)).join(), problem);
    assert.match(violations(network, insert(key)).join(), /key-names: /);
  }
  for (const key of [`crypto_record_${a.toText()}_9`, `crypto_record_${a.toText()}`, "crypto_record_x_1"]) {
    assert.match(violations(network, insert(key)).join(), /key-names: .*does not name a node and a key purpose/);
  }
});
