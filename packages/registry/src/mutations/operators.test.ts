import assert from "node:assert/strict";
import { test } from "node:test";
import { NodeOperatorRecordSchema, type PayloadOf, readRecord, registryKey } from "../index.ts";
import { OPERATOR, OTHER_OPERATOR, person, PROVIDER, TestNetwork } from "../../test/network.ts";
import { testNode } from "../../test/nodes.ts";

const who = person("new operator");
const payload: PayloadOf<"add_node_operator"> = {
  node_operator_principal_id: who,
  node_provider_principal_id: PROVIDER,
  node_allowance: 3n,
  dc_id: "ZH2",
  rewardable_nodes: [["type1", 2]],
};
const record = ({ state }: TestNetwork, operator = who) =>
  readRecord(state, NodeOperatorRecordSchema, registryKey.nodeOperatorRecord(operator));

void test("an operator is added, its data centre in lower case", () => {
  const network = new TestNetwork();
  network.do("add_node_operator", payload);
  assert.deepEqual([record(network)?.dcId, record(network)?.nodeAllowance], ["zh2", 3n]);
  assert.equal(network.try("add_node_operator", payload), "key-exists");
  assert.equal(network.try("add_node_operator", payload, OPERATOR), "caller-not-governance");
});

for (const [what, code, change] of [
  ["no operator", "operator-incomplete", { node_operator_principal_id: undefined }],
  ["no provider", "operator-incomplete", { node_provider_principal_id: undefined }],
  ["itself for a provider", "operator-is-provider", { node_provider_principal_id: who }],
  ["a short IPv6 address", "ipv6-malformed", { ipv6: "2001:db8::1" }],
  ["an IPv6 address that is none", "ipv6-malformed", { ipv6: "a:b:c:d:e:f:g:h" }],
] as const) {
  void test(`an operator with ${what} is refused: ${code}`, () => {
    assert.equal(new TestNetwork().try("add_node_operator", { ...payload, ...change }), code);
  });
}

void test("only what is given changes; an IPv6 address can be taken away", () => {
  const network = new TestNetwork();
  const ipv6 = "2001:db8:0:0:0:0:0:1";
  network.do("add_node_operator", { ...payload, ipv6 });
  const update = (change: Partial<PayloadOf<"update_node_operator_config">>) =>
    network.do("update_node_operator_config", { node_operator_id: who, rewardable_nodes: [], ...change });
  update({ node_allowance: 9n, dc_id: "AB1" });
  assert.deepEqual(
    [record(network)?.nodeAllowance, record(network)?.dcId, record(network)?.rewardableNodes, record(network)?.ipv6],
    [9n, "ab1", { type1: 2 }, ipv6],
  );
  update({ rewardable_nodes: [["type2", 1]], max_rewardable_nodes: [["type2", 5]], ipv6, set_ipv6_to_none: true });
  assert.deepEqual(
    [record(network)?.rewardableNodes, record(network)?.maxRewardableNodes, record(network)?.ipv6],
    [{ type2: 1 }, { type2: 5 }, undefined],
  );
  const provider = person("next provider");
  update({ node_provider_id: provider });
  assert.deepEqual(record(network)?.nodeProviderPrincipalId, provider.toUint8Array());
  update({ ipv6 });
  assert.equal(record(network)?.ipv6, ipv6);
  const short = { node_operator_id: who, rewardable_nodes: [], ipv6: "2001:db8::1" };
  assert.equal(network.try("update_node_operator_config", short), "ipv6-malformed");
  const bad = { node_operator_id: who, rewardable_nodes: [], node_provider_id: who };
  assert.equal(network.try("update_node_operator_config", bad), "operator-is-provider");
  const unknown = { node_operator_id: person("nobody"), rewardable_nodes: [] };
  assert.equal(network.try("update_node_operator_config", unknown), "operator-unknown");
});

void test("operators without nodes are removed; those with nodes and unknown ones are skipped", () => {
  const network = new TestNetwork();
  network.do("add_node", testNode(0).payload, OPERATOR);
  const principals = [OPERATOR, OTHER_OPERATOR, person("nobody")];
  const remove = { node_operators_to_remove: [], node_operator_principals_to_remove: { principals } };
  network.do("remove_node_operators", remove);
  assert.deepEqual([record(network, OPERATOR) === undefined, record(network, OTHER_OPERATOR)], [false, undefined]);
  network.do("add_node_operator", payload);
  network.do("remove_node_operators", { node_operators_to_remove: [who.toUint8Array()] });
  assert.equal(record(network), undefined, "older callers name bytes");
  const twice = { ...remove, node_operators_to_remove: [OPERATOR.toUint8Array()] };
  assert.equal(network.try("remove_node_operators", twice), "operators-given-twice");
});

void test("data centres are added and removed by ids without case", () => {
  const network = new TestNetwork();
  const dc = (id: string) => ({ id, region: "r", owner: "o", gps: { latitude: 1.5, longitude: 2.5 } });
  const revise = (add: readonly string[], remove: readonly string[]) =>
    network.try("add_or_remove_data_centers", { data_centers_to_add: add.map(dc), data_centers_to_remove: remove });
  assert.equal(revise(["DC1"], []), "data-center-exists");
  assert.equal(revise(["ab1", "AB1"], []), "data-center-exists");
  assert.equal(revise([""], []), "data-center-malformed");
  assert.equal(revise(["DC1", "AB1"], ["dc1", "none"]), undefined);
  assert.equal(revise([], ["Dc1"]), undefined);
  assert.deepEqual(network.state.keys("data_center_record_"), ["data_center_record_ab1"]);
});
