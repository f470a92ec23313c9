import assert from "node:assert/strict";
import { test } from "node:test";
import { registryKey, remove } from "../index.ts";
import { OPERATOR, OTHER_OPERATOR, person } from "../../test/network.ts";
import { a, changeNode, populated, violations } from "../../test/violations.ts";

void test("a node has an operator with a record", () => {
  const { network } = populated();
  const nodeOperatorId = person("nobody").toUint8Array();
  assert.match(violations(network, changeNode(network, a, { nodeOperatorId })).join(), /^node-operator: .*no record/);
  const taken = changeNode(network, a, { nodeOperatorId: OTHER_OPERATOR.toUint8Array() });
  assert.deepEqual(violations(network, taken), []);
});

void test("an operator with nodes stays", () => {
  const { network } = populated();
  const gone = violations(network, remove(registryKey.nodeOperatorRecord(OPERATOR)));
  assert.match(gone.join(), /^node-operator: node_operator_record_.* cannot go while it has node_record_/);
  assert.deepEqual(violations(network, remove(registryKey.nodeOperatorRecord(OTHER_OPERATOR))), []);
});
