import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeCborUntagged, type Principal } from "@icos/certification";
import {
  AlgorithmId,
  CatchUpPackageContentsSchema,
  PublicKeySchema,
  put,
  readRecord,
  type RecoverSubnetPayload,
  registryKey,
  SubnetRecordSchema,
} from "../index.ts";
import { textOf } from "./membership.ts";
import { person, subnetOf, TestNetwork } from "../../test/network.ts";
import { testNode } from "../../test/nodes.ts";

const nodes = [0, 1, 2].map(testNode);
const [a, b, c] = nodes.map(({ id }) => id) as [Principal, Principal, Principal];
const KEY = new Uint8Array(96).fill(5);
const state = { height: 700n, time_ns: 8n, state_hash: new Uint8Array(32).fill(9) };
const nothing = { height: 0n, time_ns: 0n, state_hash: new Uint8Array() };
const store = { 0: "http://x.example/store.tar.zst", 1: "ab".repeat(32), 2: 12n };

/** A subnet of a and b, with or without a threshold key. */
function setting(withKey: boolean) {
  const network = new TestNetwork();
  for (const node of nodes) network.join(node);
  const { new_subnet_id: subnet_id } = network.do("create_subnet", subnetOf([a, b]));
  const key = registryKey.catchUpPackageContents(subnet_id);
  if (withKey) {
    const internalCspTranscript = encodeCborUntagged({
      Groth20_Bls12_381: { public_coefficients: { coefficients: [KEY] }, receiver_data: new Map() },
    });
    const initialNiDkgTranscriptHighThreshold = { internalCspTranscript };
    const keyRecord = { keyValue: KEY, algorithm: AlgorithmId.THRES_BLS12_381 };
    network.write([
      put("insert", registryKey.thresholdKey(subnet_id), PublicKeySchema, keyRecord),
      put("insert", key, CatchUpPackageContentsSchema, { initialNiDkgTranscriptHighThreshold, height: 1n }),
    ]);
  }
  const subnet = () => readRecord(network.state, SubnetRecordSchema, registryKey.subnetRecord(subnet_id));
  return {
    network,
    subnet_id,
    subnet,
    members: () => (subnet()?.membership ?? []).map(textOf),
    contents: () => readRecord(network.state, CatchUpPackageContentsSchema, key),
    recover: (payload: Omit<RecoverSubnetPayload, "subnet_id">) =>
      network.try("recover_subnet", { subnet_id, ...payload }),
  };
}

void test("a subnet with a key goes on from a state with the same members and the same key", () => {
  const { network, subnet_id, subnet, contents, recover } = setting(true);
  network.do("update_subnet", { subnet_id, halt_at_cup_height: true });
  const before = contents();
  assert.equal(recover({ ...state, replacement_nodes: [b, a] }), undefined);
  assert.deepEqual([subnet()?.isHalted, subnet()?.haltAtCupHeight], [true, false]);
  const { cupType } = contents() ?? {};
  assert.equal(cupType?.case, "recovery");
  assert.deepEqual(
    [contents()?.height, contents()?.time, Buffer.from(contents()?.stateHash ?? [])],
    [700n, 8n, Buffer.from(state.state_hash)],
  );
  assert.deepEqual(
    [cupType.value.height, cupType.value.time, Buffer.from(cupType.value.stateHash)],
    [700n, 8n, Buffer.from(state.state_hash)],
  );
  assert.deepEqual(contents()?.initialNiDkgTranscriptHighThreshold, before?.initialNiDkgTranscriptHighThreshold);
  // It does not stop the second time.
  network.do("set_subnet_operational_level", { subnet_id, operational_level: 1 });
  assert.equal(recover(state), undefined);
  assert.equal(subnet()?.isHalted, false);
});

void test("a registry to take over is named without touching the members", () => {
  const { subnet, contents, recover } = setting(true);
  const before = subnet();
  assert.equal(recover({ ...state, registry_store_uri: store }), undefined);
  const { uri, hash, registryVersion } = contents()?.registryStoreUri ?? {};
  assert.deepEqual([uri, hash, registryVersion, contents()?.height], [store[0], store[1], 12n, 700n]);
  assert.deepEqual(subnet(), before);
  assert.equal(contents()?.cupType.case, undefined);
});

void test("a subnet without a key gets other members, and can be told no state", () => {
  const { network, subnet_id, subnet, members, recover } = setting(false);
  network.do("update_subnet", { subnet_id, halt_at_cup_height: true });
  assert.equal(recover({ ...state, replacement_nodes: [c] }), "cup-contents-missing");
  assert.equal(recover({ ...nothing, registry_store_uri: store }), "cup-contents-missing");
  assert.equal(recover({ ...nothing, replacement_nodes: [c, a] }), undefined);
  assert.deepEqual([members(), subnet()?.isHalted], [[c.toText(), a.toText()], true]);
});

for (const [what, code, withKey, payload] of [
  ["other members for a key", "dkg-unsupported", true, { ...state, replacement_nodes: [a, c] }],
  ["fewer members for a key", "dkg-unsupported", true, { ...state, replacement_nodes: [a] }],
  [
    "a registry and other members",
    "recovery-payload",
    true,
    { ...state, replacement_nodes: [a, b], registry_store_uri: store },
  ],
  ["chain keys", "chain-keys-unsupported", true, { ...state, chain_key_config: null }],
  ["an unknown node", "node-unknown", false, { ...nothing, replacement_nodes: [person("nobody")] }],
  ["no members", "invariant-violated", false, { ...nothing, replacement_nodes: [] }],
  ["a member twice", "invariant-violated", false, { ...nothing, replacement_nodes: [a, a] }],
] as const) {
  void test(`a recovery with ${what} is refused: ${code}`, () => {
    const { members, recover } = setting(withKey);
    assert.equal(recover(payload), code);
    assert.deepEqual(members(), [a.toText(), b.toText()]);
  });
}

void test("a subnet is not split as long as no keys can be generated", () => {
  const { network, subnet_id } = setting(true);
  const split = (source_subnet_id: Principal) =>
    network.try("split_subnet", { source_subnet_id, destination_node_ids: [a], destination_canister_ranges: [] });
  assert.equal(split(subnet_id), "dkg-unsupported");
  assert.equal(split(person("subnet")), "subnet-unknown");
  assert.equal(network.try("recover_subnet", { subnet_id: person("subnet"), ...nothing }), "subnet-unknown");
});
