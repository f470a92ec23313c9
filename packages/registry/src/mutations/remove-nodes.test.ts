import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiBoundaryNodeRecordSchema, NodeOperatorRecordSchema, put, readRecord, registryKey } from "../index.ts";
import {
  operator,
  OPERATOR,
  OTHER_OPERATOR,
  person,
  PROVIDER,
  subnetOf,
  TestNetwork,
  VERSION,
} from "../../test/network.ts";
import { testNode } from "../../test/nodes.ts";
import { changeNode } from "../../test/violations.ts";

const [one, two] = [testNode(0), testNode(1)];
const allowance = ({ state }: TestNetwork): bigint | undefined =>
  readRecord(state, NodeOperatorRecordSchema, registryKey.nodeOperatorRecord(OPERATOR))?.nodeAllowance;

function network(): TestNetwork {
  const made = new TestNetwork();
  for (const node of [one, two]) made.join(node);
  return made;
}

void test("an operator removes its node with all that belongs to it, and gets its quota back", () => {
  const registry = network();
  const rules = registryKey.firewallRules({ kind: "node", node: one.id });
  registry.write([{ kind: "insert", key: rules, value: new Uint8Array() }]);
  registry.do("remove_node_directly", { node_id: one.id }, OPERATOR);
  assert.deepEqual(
    registry.state.keys("").filter((key) => key.includes(one.id.toText())),
    [],
  );
  assert.equal(allowance(registry), 4n);
});

void test("a colleague at the same provider and data centre removes it too, nobody else does", () => {
  const registry = network();
  const colleague = person("colleague");
  registry.write([operator(colleague, PROVIDER)]);
  for (const caller of [OTHER_OPERATOR, person("stranger")]) {
    assert.equal(registry.try("remove_node_directly", { node_id: one.id }, caller), "caller-not-node-operator");
  }
  registry.do("remove_node_directly", { node_id: one.id }, colleague);
  assert.equal(allowance(registry), 4n);
});

void test("the case of a data centre's id does not matter: upstream's records have either", () => {
  const registry = network();
  const colleague = person("colleague");
  const key = registryKey.nodeOperatorRecord(colleague);
  registry.write([operator(colleague, PROVIDER)]);
  const record = readRecord(registry.state, NodeOperatorRecordSchema, key);
  assert.ok(record);
  record.dcId = "DC1";
  registry.write([put("update", key, NodeOperatorRecordSchema, record)]);
  registry.do("remove_node_directly", { node_id: one.id }, colleague);
  record.dcId = "dc2";
  registry.write([put("update", key, NodeOperatorRecordSchema, record)]);
  assert.equal(registry.try("remove_node_directly", { node_id: two.id }, colleague), "caller-not-node-operator");
});

void test("a node that a subnet or the API boundary needs is not removed", () => {
  const registry = network();
  registry.do("create_subnet", subnetOf([one.id]));
  const boundary = { version: VERSION };
  registry.write([
    changeNode(registry, two.id, { domain: "two.example" }),
    put("insert", registryKey.apiBoundaryNode(two.id), ApiBoundaryNodeRecordSchema, boundary),
  ]);
  for (const [node, code] of [
    [one.id, "node-assigned"],
    [two.id, "node-is-api-boundary"],
  ] as const) {
    assert.equal(registry.try("remove_node_directly", { node_id: node }, OPERATOR), code);
    assert.equal(registry.try("remove_nodes", { node_ids: [node] }), code);
  }
});

void test("governance removes several at once; unknown and repeated ids do not matter", () => {
  const registry = network();
  const { version } = registry.state;
  registry.do("remove_nodes", { node_ids: [one.id, person("nobody"), two.id, one.id] });
  assert.deepEqual(
    [registry.state.version, registry.state.keys("node_record_"), allowance(registry)],
    [version + 1, [], 5n],
  );
  registry.do("remove_nodes", { node_ids: [one.id] });
  assert.equal(registry.state.version, version + 1);
  assert.equal(registry.try("remove_nodes", { node_ids: [] }, OPERATOR), "caller-not-governance");
  assert.equal(registry.try("remove_node_directly", { node_id: one.id }, OPERATOR), "node-unknown");
});
