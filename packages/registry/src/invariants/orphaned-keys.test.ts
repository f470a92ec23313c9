import assert from "node:assert/strict";
import { test } from "node:test";
import { KeyPurpose, PublicKeySchema, put, registryKey, remove } from "../index.ts";
import { person } from "../../test/network.ts";
import { ed25519Raw } from "../../test/nodes.ts";
import { b, populated, violations } from "../../test/violations.ts";

void test("a key belongs to a node, and goes with it", () => {
  const { network } = populated();
  const key = registryKey.cryptoRecord(person("nobody"), KeyPurpose.nodeSigning);
  const orphan = put("insert", key, PublicKeySchema, { keyValue: ed25519Raw() });
  assert.deepEqual(violations(network, orphan), [
    `orphaned-keys: ${key} belongs to no node; it goes with its node record.`,
  ]);
  const left = violations(network, remove(registryKey.nodeRecord(b)));
  assert.deepEqual(
    left.map((line) => line.replace(/^orphaned-keys: (crypto_\w+?)_.*$/, "$1")),
    ["crypto_record", "crypto_record", "crypto_tls"],
  );
});
