import assert from "node:assert/strict";
import { test } from "node:test";
import type { Principal } from "@icos/certification";
import { NodeRecordSchema, type PayloadOf, readRecord, registryKey, SubnetRecordSchema } from "../index.ts";
import { person, subnetOf, TestNetwork } from "../../test/network.ts";
import { testNode } from "../../test/nodes.ts";

type Payload = PayloadOf<"set_subnet_operational_level">;
const [one, two] = [testNode(0), testNode(1)];

function setting() {
  const network = new TestNetwork();
  for (const node of [one, two]) network.join(node);
  const { new_subnet_id: subnet_id } = network.do("create_subnet", subnetOf([one.id]));
  return {
    network,
    subnet_id,
    subnet: () => readRecord(network.state, SubnetRecordSchema, registryKey.subnetRecord(subnet_id)),
    keys: (node: Principal) =>
      readRecord(network.state, NodeRecordSchema, registryKey.nodeRecord(node))?.sshNodeStateWriteAccess,
    set: (payload: Payload) => network.try("set_subnet_operational_level", payload),
  };
}

void test("a subnet is halted for repairs with keys and recalled versions, and resumed without them", () => {
  const { set, subnet_id, subnet, keys } = setting();
  const down: Payload = {
    subnet_id,
    operational_level: 2,
    ssh_readonly_access: ["read"],
    ssh_node_state_write_access: [{ node_id: one.id, public_keys: ["write"] }],
    recalled_replica_version_ids: ["v7"],
  };
  assert.equal(set(down), undefined);
  assert.deepEqual(
    [subnet()?.isHalted, subnet()?.sshReadonlyAccess, subnet()?.recalledReplicaVersionIds, keys(one.id)],
    [true, ["read"], ["v7"], ["write"]],
  );
  const up: Payload = {
    subnet_id,
    operational_level: 1,
    ssh_readonly_access: [],
    ssh_node_state_write_access: [{ node_id: one.id, public_keys: [] }],
    recalled_replica_version_ids: [],
  };
  assert.equal(set(up), undefined);
  assert.deepEqual(
    [subnet()?.isHalted, subnet()?.sshReadonlyAccess, subnet()?.recalledReplicaVersionIds, keys(one.id)],
    [false, [], [], []],
  );
});

void test("what is not given stays", () => {
  const { set, subnet_id, subnet } = setting();
  const before = subnet();
  assert.equal(set({ subnet_id, recalled_replica_version_ids: ["v7"] }), undefined);
  assert.deepEqual({ ...subnet() }, { ...before, recalledReplicaVersionIds: ["v7"] });
});

void test("keys of single nodes need no subnet", () => {
  const { set, keys } = setting();
  const access = [one, two].map(({ id }, index) => ({ node_id: id, public_keys: [`key ${index}`] }));
  assert.equal(set({ ssh_node_state_write_access: access }), undefined);
  assert.deepEqual([keys(one.id), keys(two.id)], [["key 0"], ["key 1"]]);
});

for (const [what, code, change] of [
  ["nothing", "operational-level-payload", { subnet_id: undefined }],
  ["a level but no subnet", "operational-level-payload", { subnet_id: undefined, operational_level: 1 }],
  ["keys but no subnet", "operational-level-payload", { subnet_id: undefined, ssh_readonly_access: [] }],
  [
    "recalled versions but no subnet",
    "operational-level-payload",
    { subnet_id: undefined, recalled_replica_version_ids: [] },
  ],
  ["an unknown subnet", "subnet-unknown", { subnet_id: person("subnet"), operational_level: 1 }],
  ["an unknown level", "operational-level-payload", { operational_level: 3 }],
  ["an empty version", "operational-level-payload", { recalled_replica_version_ids: ["v7", ""] }],
  ["keys without a node", "operational-level-payload", { ssh_node_state_write_access: [{ public_keys: ["key"] }] }],
  ["a node without keys", "operational-level-payload", { ssh_node_state_write_access: [{ node_id: one.id }] }],
  [
    "one node twice",
    "node-repeated",
    { ssh_node_state_write_access: [one, one].map(({ id }) => ({ node_id: id, public_keys: [] })) },
  ],
  [
    "an unknown node",
    "node-unknown",
    { ssh_node_state_write_access: [{ node_id: person("nobody"), public_keys: [] }] },
  ],
  [
    "51 keys of a subnet",
    "invariant-violated",
    { ssh_readonly_access: Array.from({ length: 51 }, (_, index) => `${index}`) },
  ],
  [
    "51 keys of a node",
    "invariant-violated",
    {
      ssh_node_state_write_access: [
        { node_id: one.id, public_keys: Array.from({ length: 51 }, (_, index) => `${index}`) },
      ],
    },
  ],
] as const satisfies readonly (readonly [string, string, Payload])[]) {
  void test(`a level with ${what} is refused: ${code}`, () => {
    const { network, set, subnet_id } = setting();
    const { version } = network.state;
    assert.equal(set({ subnet_id, ...change }), code);
    assert.equal(network.state.version, version);
  });
}
