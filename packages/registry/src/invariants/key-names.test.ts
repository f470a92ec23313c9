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
  ]) {
    assert.match(
      violations(network, insert(`${prefix}nobody`)).join(),
      /key-names: .*nobody does not end in a principal/,
    );
    const upperCase = insert(prefix + a.toText().toUpperCase());
    assert.match(violations(network, upperCase).join(), /key-names: .* does not end in a principal/);
  }
  for (const key of [`crypto_record_${a.toText()}_9`, `crypto_record_${a.toText()}`, "crypto_record_x_1"]) {
    assert.match(violations(network, insert(key)).join(), /key-names: .*does not name a node and a key purpose/);
  }
});
