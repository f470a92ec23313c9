import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeCborUntagged, Principal } from "@icos/certification";
import {
  AlgorithmId,
  ApiBoundaryNodeRecordSchema,
  CatchUpPackageContentsSchema,
  PublicKeySchema,
  put,
  readRecord,
  registryKey,
  RoutingTableSchema,
  SubnetListRecordSchema,
  SubnetRecordSchema,
  canisterIdOf,
} from "../index.ts";
import { NNS_SUBNET, OPERATOR, person, subnetOf, TestNetwork, VERSION } from "../../test/network.ts";
import { testNode } from "../../test/nodes.ts";
import { changeNode } from "../../test/violations.ts";
import { rangeOf } from "./routing.ts";

const nodes = [0, 1, 2].map(testNode);
const [a, b, c] = nodes.map(({ id }) => id) as [Principal, Principal, Principal];

function network(): TestNetwork {
  const made = new TestNetwork();
  for (const node of nodes) made.join(node);
  return made;
}

const listed = ({ state }: TestNetwork): string[] =>
  (readRecord(state, SubnetListRecordSchema, registryKey.subnetList)?.subnets ?? []).map((id) =>
    Principal.fromUint8Array(id).toText(),
  );
const members = ({ state }: TestNetwork, subnet: Principal): string[] =>
  (readRecord(state, SubnetRecordSchema, registryKey.subnetRecord(subnet))?.membership ?? []).map((id) =>
    Principal.fromUint8Array(id).toText(),
  );
const routing = ({ state }: TestNetwork) =>
  (readRecord(state, RoutingTableSchema, registryKey.canisterRanges(canisterIdOf(0n)))?.entries ?? []).map((entry) => [
    Principal.fromUint8Array(entry.subnetId?.principalId?.raw ?? new Uint8Array()).toText(),
    rangeOf(entry),
  ]);

void test("a subnet is listed, has its settings and the next canister ids; its keys are absent", () => {
  const registry = network();
  const { new_subnet_id: subnet } = registry.do("create_subnet", subnetOf([a, b]));
  const record = readRecord(registry.state, SubnetRecordSchema, registryKey.subnetRecord(subnet));
  assert.deepEqual(listed(registry), [subnet.toText()]);
  assert.deepEqual(members(registry, subnet), [a.toText(), b.toText()]);
  assert.deepEqual(
    [record?.replicaVersionId, record?.unitDelayMillis, record?.dkgIntervalLength, record?.sshReadonlyAccess],
    [VERSION, 5n, 7n, ["ssh-ed25519 a"]],
  );
  assert.deepEqual(routing(registry), [
    [NNS_SUBNET.toText(), [0n, 0xf_ffffn]],
    [subnet.toText(), [0x10_0000n, 0x1f_ffffn]],
  ]);
  assert.equal(registry.state.get(registryKey.thresholdKey(subnet)), undefined);
  assert.equal(registry.state.get(registryKey.catchUpPackageContents(subnet)), undefined);
});

void test("a subnet that is deleted is gone with its routing, its nodes are free, and its id does not come again", () => {
  const registry = network();
  const { new_subnet_id: first } = registry.do("create_subnet", subnetOf([a, b]));
  registry.do("delete_subnet", { subnet_id: first });
  assert.deepEqual([listed(registry), registry.state.get(registryKey.subnetRecord(first))], [[], undefined]);
  assert.deepEqual(routing(registry).length, 1);
  const { new_subnet_id: second } = registry.do("create_subnet", subnetOf([a, b]));
  assert.notEqual(first.toText(), second.toText());
  assert.equal(registry.try("delete_subnet", { subnet_id: first }), "subnet-unknown");
  assert.equal(registry.try("delete_subnet", { subnet_id: NNS_SUBNET }), "subnet-unknown");
  assert.equal(registry.try("delete_subnet", {}), "subnet-unknown");
});

void test("a subnet that is deleted takes its threshold key and its catch-up package contents with it", () => {
  const registry = network();
  const { new_subnet_id: subnet } = registry.do("create_subnet", subnetOf([a]));
  const keyValue = new Uint8Array(96).fill(5);
  const internalCspTranscript = encodeCborUntagged({
    Groth20_Bls12_381: { public_coefficients: { coefficients: [keyValue] }, receiver_data: new Map() },
  });
  const threshold = { keyValue, algorithm: AlgorithmId.THRES_BLS12_381 };
  registry.write([
    put("insert", registryKey.thresholdKey(subnet), PublicKeySchema, threshold),
    put("insert", registryKey.catchUpPackageContents(subnet), CatchUpPackageContentsSchema, {
      initialNiDkgTranscriptHighThreshold: { internalCspTranscript },
    }),
  ]);
  registry.do("delete_subnet", { subnet_id: subnet });
  assert.deepEqual(
    registry.state.keys("").filter((key) => key.includes(subnet.toText())),
    [],
  );
});

void test("a system subnet is not deleted", () => {
  const registry = network();
  const { new_subnet_id } = registry.do("create_subnet", { ...subnetOf([a]), subnet_type: "system" });
  assert.equal(registry.try("delete_subnet", { subnet_id: new_subnet_id }), "subnet-is-system");
});

for (const [what, code, change] of [
  ["no nodes", "subnet-empty", { node_ids: [] }],
  ["an unknown node", "node-unknown", { node_ids: [person("nobody")] }],
  ["the same node twice", "invariant-violated", { node_ids: [a, a] }],
  ["a version that is not elected", "version-not-elected", { replica_version_id: "v9" }],
  ["no version", "version-not-elected", { replica_version_id: "" }],
  ["an id of its own", "subnet-id-override", { subnet_id_override: person("subnet") }],
  ["chain keys", "chain-keys-unsupported", { chain_key_config: null }],
  [
    "a free schedule for a verified subnet",
    "invariant-violated",
    { subnet_type: "verified_application", canister_cycles_cost_schedule: "Free" },
  ],
  [
    "SEV for nodes without chip ids",
    "invariant-violated",
    { features: { canister_sandboxing: false, http_requests: false, sev_enabled: true } },
  ],
  [
    "51 SSH keys",
    "invariant-violated",
    { ssh_backup_access: Array.from({ length: 51 }, (_, index) => `key ${index}`) },
  ],
] as const) {
  void test(`a subnet with ${what} is refused: ${code}`, () => {
    const registry = network();
    assert.equal(registry.try("create_subnet", { ...subnetOf([a]), ...change }), code);
    assert.deepEqual(listed(registry), []);
  });
}

void test("membership changes by addition, removal and both; the newest come first", () => {
  const registry = network();
  const { new_subnet_id: subnet_id } = registry.do("create_subnet", subnetOf([a]));
  registry.do("add_nodes_to_subnet", { subnet_id, node_ids: [b] });
  assert.deepEqual(members(registry, subnet_id), [b.toText(), a.toText()]);
  registry.do("change_subnet_membership", { subnet_id, node_ids_add: [c], node_ids_remove: [a] });
  assert.deepEqual(members(registry, subnet_id), [c.toText(), b.toText()]);
  registry.do("remove_nodes_from_subnet", { node_ids: [b, person("nobody")] });
  assert.deepEqual(members(registry, subnet_id), [c.toText()]);
  const { version } = registry.state;
  registry.do("remove_nodes_from_subnet", { node_ids: [b] });
  assert.equal(registry.state.version, version);
  // In both lists: removed in the end.
  registry.do("change_subnet_membership", { subnet_id, node_ids_add: [a], node_ids_remove: [] });
  registry.do("change_subnet_membership", { subnet_id, node_ids_add: [a], node_ids_remove: [a] });
  assert.deepEqual(members(registry, subnet_id), [c.toText()]);
});

void test("membership that breaks a rule is refused", () => {
  const registry = network();
  const { new_subnet_id: subnet_id } = registry.do("create_subnet", subnetOf([a]));
  const { new_subnet_id: other } = registry.do("create_subnet", subnetOf([b]));
  const key = registryKey.apiBoundaryNode(c);
  const add = (node: Principal) => registry.try("add_nodes_to_subnet", { subnet_id, node_ids: [node] });
  assert.match(registry.refusal("add_nodes_to_subnet", { subnet_id, node_ids: [b] }), /is in 2 subnets/);
  assert.match(registry.refusal("add_nodes_to_subnet", { subnet_id, node_ids: [a] }), /repeats a member/);
  assert.match(registry.refusal("remove_nodes_from_subnet", { node_ids: [a] }), /has no members/);
  assert.equal(add(person("nobody")), "invariant-violated");
  registry.write([
    changeNode(registry, c, { domain: "c.example" }),
    put("insert", key, ApiBoundaryNodeRecordSchema, { version: VERSION }),
  ]);
  assert.equal(add(c), "node-is-api-boundary");
  const remove = { subnet_id: other, node_ids_add: [], node_ids_remove: [a] };
  assert.equal(registry.try("change_subnet_membership", remove), "node-not-member");
  assert.equal(registry.try("add_nodes_to_subnet", { subnet_id: person("x"), node_ids: [a] }), "subnet-unknown");
  for (const method of ["add_nodes_to_subnet", "remove_nodes_from_subnet"] as const) {
    assert.equal(registry.try(method, { subnet_id, node_ids: [] }, OPERATOR), "caller-not-governance");
  }
});
