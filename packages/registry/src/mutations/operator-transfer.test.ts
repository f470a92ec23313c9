import assert from "node:assert/strict";
import { test } from "node:test";
import type { Principal } from "@icos/certification";
import { NodeOperatorRecordSchema, type PayloadOf, put, readRecord, registryKey } from "../index.ts";
import { OPERATOR, OTHER_OPERATOR, person, PROVIDER, TestNetwork } from "../../test/network.ts";
import { testNode } from "../../test/nodes.ts";

const HOUR = 3_600_000_000_000n;
const SUCCESSOR = person("successor");
const record = ({ state }: TestNetwork, who: Principal) =>
  readRecord(state, NodeOperatorRecordSchema, registryKey.nodeOperatorRecord(who));
const nodesOf = ({ state }: TestNetwork, who: Principal) => state.holders("nodeOperator", who.toText()).length;

/** An operator with two nodes and counts, twelve hours ago. */
function network(): TestNetwork {
  const made = new TestNetwork();
  for (const index of [0, 1]) made.join(testNode(index));
  made.do("update_node_operator_config", {
    node_operator_id: OPERATOR,
    rewardable_nodes: [["type1", 2]],
    max_rewardable_nodes: [
      ["type1", 3],
      ["type3.1", 1],
    ],
    ipv6: "2001:db8:0:0:0:0:0:1",
  });
  made.time += 12n * HOUR;
  return made;
}

const addSuccessor = (made: TestNetwork, change: Partial<PayloadOf<"add_node_operator">> = {}) =>
  made.do("add_node_operator", {
    node_operator_principal_id: SUCCESSOR,
    node_provider_principal_id: PROVIDER,
    node_allowance: 4n,
    dc_id: "DC1",
    rewardable_nodes: [["type1", 1]],
    max_rewardable_nodes: [["type1", 1]],
    ...change,
  });
const both = { old_node_operator_id: OPERATOR, new_node_operator_id: SUCCESSOR };
const migrate = (made: TestNetwork, payload: PayloadOf<"migrate_node_operator_directly"> = both, caller = PROVIDER) =>
  made.try("migrate_node_operator_directly", payload, caller);

void test("a provider hands an operator over to another provider", () => {
  const registry = new TestNetwork();
  const next = person("next provider");
  const update = (provider: Principal | undefined, caller: Principal, operator: Principal | undefined = OPERATOR) =>
    registry.try(
      "update_node_operator_config_directly",
      { node_operator_id: operator, node_provider_id: provider },
      caller,
    );
  assert.equal(update(next, OPERATOR), "caller-not-provider");
  assert.equal(update(next, PROVIDER, person("nobody")), "operator-unknown");
  assert.equal(update(OPERATOR, PROVIDER), "operator-is-provider");
  assert.equal(update(undefined, PROVIDER), "operator-incomplete");
  assert.equal(registry.try("update_node_operator_config_directly", {}, PROVIDER), "operator-incomplete");
  const before = record(registry, OPERATOR);
  assert.equal(update(next, PROVIDER), undefined);
  assert.deepEqual({ ...record(registry, OPERATOR) }, { ...before, nodeProviderPrincipalId: next.toUint8Array() });
  assert.equal(update(PROVIDER, PROVIDER), "caller-not-provider");
});

void test("nodes, quota and counts of an operator go to one that is made for it", () => {
  const registry = network();
  assert.equal(migrate(registry), undefined);
  assert.equal(record(registry, OPERATOR), undefined);
  const made = record(registry, SUCCESSOR);
  assert.deepEqual(
    [made?.nodeAllowance, made?.dcId, made?.rewardableNodes, made?.maxRewardableNodes, made?.ipv6],
    [3n, "dc1", { type1: 2 }, { type1: 3, "type3.1": 1 }, "2001:db8:0:0:0:0:0:1"],
  );
  assert.deepEqual([nodesOf(registry, OPERATOR), nodesOf(registry, SUCCESSOR)], [0, 2]);
  assert.equal(registry.try("remove_node_directly", { node_id: testNode(0).id }, SUCCESSOR), undefined);
});

void test("an operator that is there already takes them over on top of its own", () => {
  const registry = network();
  addSuccessor(registry);
  registry.join(testNode(2), SUCCESSOR);
  assert.equal(migrate(registry), undefined);
  const made = record(registry, SUCCESSOR);
  assert.deepEqual(
    [made?.nodeAllowance, made?.rewardableNodes, made?.maxRewardableNodes, nodesOf(registry, SUCCESSOR)],
    [6n, { type1: 3 }, { type1: 4, "type3.1": 1 }, 3],
  );
});

void test("all operators of a provider in a data centre become one", () => {
  const registry = network();
  const more = [person("second"), person("third")];
  for (const who of more) addSuccessor(registry, { node_operator_principal_id: who });
  registry.time += 12n * HOUR;
  for (const old of [OPERATOR, ...more]) {
    assert.equal(migrate(registry, { old_node_operator_id: old, new_node_operator_id: SUCCESSOR }), undefined);
  }
  assert.equal(record(registry, SUCCESSOR)?.nodeAllowance, 3n + 4n + 4n);
  assert.equal(nodesOf(registry, SUCCESSOR), 2);
});

for (const [what, code, prepare, payload, caller] of [
  ["without the new operator", "operator-incomplete", () => {}, { old_node_operator_id: OPERATOR }, PROVIDER],
  ["without the old operator", "operator-incomplete", () => {}, { new_node_operator_id: SUCCESSOR }, PROVIDER],
  ["to itself", "operator-same", () => {}, { ...both, new_node_operator_id: OPERATOR }, PROVIDER],
  ["of an unknown operator", "operator-unknown", () => {}, { ...both, old_node_operator_id: SUCCESSOR }, PROVIDER],
  ["by the operator", "caller-not-provider", () => {}, both, OPERATOR],
  ["to the provider itself", "operator-is-provider", () => {}, { ...both, new_node_operator_id: PROVIDER }, PROVIDER],
  [
    "to an operator of another provider",
    "operator-provider-mismatch",
    () => {},
    { ...both, new_node_operator_id: OTHER_OPERATOR },
    PROVIDER,
  ],
  [
    "to an operator elsewhere",
    "operator-data-center-mismatch",
    (made: TestNetwork) => addSuccessor(made, { dc_id: "dc2" }),
    both,
    PROVIDER,
  ],
  [
    "of a record from the future",
    "operator-too-recent",
    (made: TestNetwork) => (made.time -= 24n * HOUR),
    both,
    PROVIDER,
  ],
] as const) {
  void test(`a migration ${what} is refused: ${code}`, () => {
    const registry = network();
    prepare(registry);
    assert.equal(migrate(registry, payload, caller), code);
    assert.equal(nodesOf(registry, OPERATOR), 2);
  });
}

void test("a migration needs no room in any rate limit", () => {
  const registry = new TestNetwork({ rateLimits: true });
  registry.join(testNode(0));
  registry.time += 12n * HOUR;
  const payload = { node_id: testNode(0).id, domain: "node.example" };
  for (let count = 0; count < 140; count++) registry.do("update_node_domain_directly", payload, OPERATOR);
  assert.equal(registry.try("update_node_domain_directly", payload, OPERATOR), "rate-limited");
  assert.equal(migrate(registry), undefined);
});

void test("the case of a data centre's id does not matter: upstream's records have either", () => {
  const registry = network();
  addSuccessor(registry);
  const successor = record(registry, SUCCESSOR);
  assert.ok(successor);
  successor.dcId = "DC1";
  registry.write([put("update", registryKey.nodeOperatorRecord(SUCCESSOR), NodeOperatorRecordSchema, successor)]);
  assert.equal(migrate(registry), undefined);
  assert.equal(record(registry, SUCCESSOR)?.dcId, "dc1");
});

void test("the twelve hours count from the last change of the record", () => {
  const registry = network();
  registry.time -= HOUR;
  assert.equal(migrate(registry), "operator-too-recent");
  registry.time += HOUR;
  registry.do("remove_node_directly", { node_id: testNode(0).id }, OPERATOR);
  assert.equal(migrate(registry), "operator-too-recent");
  registry.time += 12n * HOUR;
  assert.equal(migrate(registry), undefined);
});
