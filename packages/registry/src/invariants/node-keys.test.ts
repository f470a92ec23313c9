import assert from "node:assert/strict";
import { test } from "node:test";
import { KeyPurpose, NODE_KEYS, PublicKeySchema, put, registryKey, remove, X509PublicKeyCertSchema } from "../index.ts";
import { ed25519Raw } from "../../test/nodes.ts";
import { a, b, changeNode, populated, violations, withRules } from "../../test/violations.ts";

const { nodeSigning, committeeSigning } = KeyPurpose;

void test("a node keeps the keys that the network requires", () => {
  const { network } = populated();
  for (const [key, name] of [
    [registryKey.cryptoRecord(b, nodeSigning), "nodeSigning"],
    [registryKey.cryptoRecord(b, committeeSigning), "committeeSigning"],
    [registryKey.tlsCertificate(b), "tlsCertificate"],
  ] as const) {
    assert.deepEqual(violations(network, remove(key)), [
      `node-keys: Node ${b.toText()} has no ${name} key, which this network requires.`,
    ]);
  }
});

void test("a node's id is that of its signing key", () => {
  const { network } = populated();
  const key = registryKey.cryptoRecord(b, nodeSigning);
  const other = put("update", key, PublicKeySchema, { keyValue: ed25519Raw() });
  assert.deepEqual(violations(network, other), [
    `node-keys: The id of node ${b.toText()} is not that of its signing key.`,
  ]);
});

void test("a network can require any of the five keys that upstream requires", () => {
  const { network } = populated();
  for (const name of NODE_KEYS) {
    const strict = withRules(network, { requiredNodeKeys: [name] });
    const missing = violations(strict, changeNode(network, b, {})).join();
    const absent = ["dkgDealingEncryption", "idkgMegaEncryption"].includes(name);
    assert.equal(missing.includes(`has no ${name} key`), absent, name);
  }
});

void test("a key does not have the bytes of a certificate or of a key for another purpose", () => {
  const { network } = populated();
  const keyValue = new Uint8Array(40).fill(7);
  const key = put("update", registryKey.cryptoRecord(a, committeeSigning), PublicKeySchema, { keyValue });
  const certificate = put("update", registryKey.tlsCertificate(b), X509PublicKeyCertSchema, {
    certificateDer: keyValue,
  });
  const dealing = put("insert", registryKey.cryptoRecord(b, KeyPurpose.idkgMegaEncryption), PublicKeySchema, {
    keyValue,
  });
  for (const other of [certificate, dealing]) {
    assert.match(violations(network, key, other).join(), /^node-keys: .*has the same bytes as crypto_/);
  }
});

void test("no key or certificate has the bytes of another", () => {
  const { network } = populated();
  const certificate = network.state.get(registryKey.tlsCertificate(a));
  assert.ok(certificate);
  const copied = violations(network, { kind: "update", key: registryKey.tlsCertificate(b), value: certificate });
  assert.match(copied.join(), /^node-keys: .*has the same bytes as crypto_tls_cert_/);
  const certificateDer = new Uint8Array(3);
  const both = [a, b].map((node) =>
    put("update", registryKey.tlsCertificate(node), X509PublicKeyCertSchema, { certificateDer }),
  );
  assert.equal(violations(network, ...both).length, 2);
});
