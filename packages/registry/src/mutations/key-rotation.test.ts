import assert from "node:assert/strict";
import { createECDH } from "node:crypto";
import { test } from "node:test";
import type { Principal } from "@icos/certification";
import {
  AlgorithmId,
  decodeRecord,
  encodeRecord,
  KeyPurpose,
  PublicKeySchema,
  put,
  readRecord,
  registryKey,
  type UpdateSubnetPayload,
} from "../index.ts";
import { person, START, subnetOf, TestNetwork } from "../../test/network.ts";
import { testNode } from "../../test/nodes.ts";

const PERIOD = 14n * 86_400_000n;
const NANOS = 1_000_000n;
const [one, two, outside] = [testNode(0), testNode(1), testNode(2)];
const chainKeys: UpdateSubnetPayload["chain_key_config"] = {
  key_configs: [
    {
      key_id: { kind: "Ecdsa", curve: "secp256k1", name: "key_1" },
      pre_signatures_to_create_in_advance: 1,
      max_queue_size: 1,
    },
  ],
  idkg_key_rotation_period_ms: PERIOD,
};

function freshKey(): Uint8Array {
  const keyValue = createECDH("secp256k1").generateKeys(null, "compressed");
  return encodeRecord(PublicKeySchema, { algorithm: AlgorithmId.MEGA_SECP_256K1, keyValue });
}

/** A subnet of two with chain keys as given; a third node is in no subnet. */
function setting(chain_key_config = chainKeys) {
  const network = new TestNetwork();
  for (const node of [one, two, outside]) network.join(node);
  const { new_subnet_id: subnet_id } = network.do("create_subnet", subnetOf([one.id, two.id]));
  network.do("update_subnet", { subnet_id, chain_key_config });
  const key = (node: Principal) => registryKey.cryptoRecord(node, KeyPurpose.idkgMegaEncryption);
  return {
    network,
    key: (node: Principal) => readRecord(network.state, PublicKeySchema, key(node)),
    rotate: (node: Principal, bytes: Uint8Array | undefined = freshKey()) =>
      network.try("update_node_directly", { idkg_dealing_encryption_pk: bytes }, node),
    after: (milliseconds: bigint) => (network.time = START + milliseconds * NANOS),
  };
}

void test("a node replaces its key, which gets the time of the registry", () => {
  const { network, rotate, key } = setting();
  const { time } = network;
  const bytes = freshKey();
  assert.equal(rotate(one.id, bytes), undefined);
  assert.equal(key(one.id)?.timestamp, time / NANOS);
  const { keyValue } = decodeRecord(PublicKeySchema, bytes, "key");
  assert.deepEqual(Buffer.from(key(one.id)?.keyValue ?? []), Buffer.from(keyValue));
});

void test("a node does so once in a period, and not just after another one", () => {
  const { network, rotate, after } = setting();
  const start = (network.time - START) / NANOS;
  assert.equal(rotate(one.id), undefined);
  after(start + PERIOD - 1n);
  assert.equal(rotate(one.id), "key-rotation-too-early");
  // A node without a time is not held up, and then holds up the other one for 85 per cent of half the period.
  assert.equal(rotate(two.id), undefined);
  const second = (network.time - START) / NANOS - 1_000n;
  const gap = (PERIOD * 85n) / 200n;
  after(second + gap - 1n);
  assert.equal(rotate(one.id), "key-rotation-too-early");
  after(second + gap);
  assert.equal(rotate(one.id), undefined);
});

void test("a key from the future waits", () => {
  const { network, rotate } = setting();
  const name = registryKey.cryptoRecord(one.id, KeyPurpose.idkgMegaEncryption);
  const keyValue = createECDH("secp256k1").generateKeys(null, "compressed");
  const timestamp = network.time / NANOS + 1n;
  network.write([
    put("insert", name, PublicKeySchema, { algorithm: AlgorithmId.MEGA_SECP_256K1, keyValue, timestamp }),
  ]);
  assert.equal(rotate(one.id), "key-rotation-too-early");
});

void test("only members of subnets that rotate keys of chain keys call it", () => {
  assert.equal(setting().rotate(outside.id), "key-rotation-not-signing");
  assert.equal(setting().rotate(person("nobody")), "caller-not-node");
  assert.equal(setting({ key_configs: [] }).rotate(one.id), "key-rotation-not-signing");
  const { idkg_key_rotation_period_ms: _, ...rest } = chainKeys;
  assert.equal(setting(rest).rotate(one.id), "key-rotation-disabled");
});

void test("a key that is none, and one that another node has, are refused", () => {
  const { rotate } = setting();
  assert.equal(rotate(one.id, new Uint8Array()), "node-key-missing");
  assert.equal(rotate(one.id, Buffer.from("no key")), "node-key-invalid");
  assert.equal(rotate(one.id, one.payload.node_signing_pk), "node-key-invalid");
  const shared = freshKey();
  assert.equal(rotate(one.id, shared), undefined);
  assert.equal(rotate(two.id, shared), "invariant-violated");
});
