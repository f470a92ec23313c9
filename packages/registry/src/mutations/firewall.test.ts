import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import {
  type FirewallRule,
  FirewallRuleSetSchema,
  type FirewallScope,
  firewallRulesHash,
  principalOfKey,
  readRecord,
  registryKey,
} from "../index.ts";
import { hashOfComments, ruleOf } from "../../test/firewall-rules.ts";
import { person, subnetOf, TestNetwork } from "../../test/network.ts";
import { testNode } from "../../test/nodes.ts";

const node = testNode(0);
const hex = (text: string): string => Buffer.from(text).toString("hex");
interface Setting {
  readonly network: TestNetwork;
  readonly comments: () => string[];
  readonly rules: () => readonly FirewallRule[];
  /** Calls with the hash of rules that have these comments. */
  readonly add: (
    comments: readonly string[],
    positions: readonly number[],
    expect: readonly string[],
  ) => string | undefined;
  readonly remove: (positions: readonly number[], expect: readonly string[]) => string | undefined;
  readonly update: (
    comments: readonly string[],
    positions: readonly number[],
    expect: readonly string[],
  ) => string | undefined;
}

function setting(made?: FirewallScope): Setting {
  const network = new TestNetwork();
  network.join(node);
  const scope = made ?? { kind: "subnet", subnet: network.do("create_subnet", subnetOf([node.id])).new_subnet_id };
  const rules = () => readRecord(network.state, FirewallRuleSetSchema, registryKey.firewallRules(scope))?.entries ?? [];
  return {
    network,
    rules,
    comments: () => rules().map(({ comment }) => comment),
    add: (comments, positions, expect) =>
      network.try("add_firewall_rules", {
        scope,
        rules: comments.map(ruleOf),
        positions,
        expected_hash: hashOfComments(expect),
      }),
    remove: (positions, expect) =>
      network.try("remove_firewall_rules", { scope, positions, expected_hash: hashOfComments(expect) }),
    update: (comments, positions, expect) =>
      network.try("update_firewall_rules", {
        scope,
        rules: comments.map(ruleOf),
        positions,
        expected_hash: hashOfComments(expect),
      }),
  };
}

for (const scope of [
  { kind: "global" },
  { kind: "replica_nodes" },
  { kind: "api_boundary_nodes" },
  { kind: "node", node: node.id },
  undefined,
] as const) {
  void test(`rules of ${scope?.kind ?? "subnet"} are added, updated and removed`, () => {
    const { network, add, update, remove, comments, rules } = setting(scope);
    assert.equal(add(["a", "b"], [0, 0], ["a", "b"]), undefined);
    assert.equal(update(["c"], [1], ["a", "c"]), undefined);
    assert.equal(firewallRulesHash(rules()), hashOfComments(["a", "c"]));
    assert.equal(remove([0], ["c"]), undefined);
    assert.deepEqual(comments(), ["c"]);
    assert.equal(remove([0], []), undefined);
    assert.deepEqual(comments(), []);
    assert.equal(network.state.keys("firewall_rules_").length, 1, "an emptied scope keeps its record");
  });
}

void test("the expected hash is that of the rules' bytes one after the other, in upper case", () => {
  const network = new TestNetwork();
  // By hand: field 2, the prefix; 3, the port 22; 4, allow; 5, the comment. Not framed, as they are in a set of rules.
  const rule = (comment: string) => `120d${hex("2001:db8::/32")}1a011620012a01${hex(comment)}`;
  const bytes = Buffer.from(rule("a") + rule("b"), "hex");
  const expected_hash = createHash("sha256").update(bytes).digest("hex").toUpperCase();
  const rules = [ruleOf("a"), ruleOf("b")];
  assert.equal(
    network.try("add_firewall_rules", { scope: { kind: "global" }, rules, positions: [0, 0], expected_hash }),
    undefined,
  );
  assert.equal(firewallRulesHash([]), "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855");
});

void test("rules go before those at the positions, several at one position in their order", () => {
  const { add, comments } = setting();
  assert.equal(add(["a", "b"], [0, 0], ["a", "b"]), undefined);
  const expect = ["v", "a", "w", "x", "b", "y", "z"];
  assert.equal(add(["y", "w", "v", "x", "z"], [2, 1, 0, 1, 2], expect), undefined);
  assert.deepEqual(comments(), expect);
});

void test("a position that is removed twice is removed once; of two updates of one position the last counts", () => {
  const { add, remove, update, comments } = setting();
  add(["a", "b", "c", "d"], [0, 0, 0, 0], ["a", "b", "c", "d"]);
  assert.equal(remove([1, 3, 1], ["a", "c"]), undefined);
  assert.equal(update(["x", "y"], [1, 1], ["a", "y"]), undefined);
  assert.deepEqual(comments(), ["a", "y"]);
});

void test("rules that are not the expected ones, and positions that are not there, are refused", () => {
  const { network, add, remove, update, comments } = setting();
  add(["a"], [0], ["a"]);
  assert.equal(add(["b"], [0], ["a", "b"]), "firewall-hash");
  assert.equal(remove([0], ["a"]), "firewall-hash");
  assert.equal(update(["b"], [0], ["a"]), "firewall-hash");
  assert.equal(add(["b"], [2], []), "firewall-positions");
  assert.equal(add(["b"], [-1], []), "firewall-positions");
  assert.equal(add(["b"], [0, 0], []), "firewall-positions");
  assert.equal(remove([1], []), "firewall-positions");
  assert.equal(remove([-1], []), "firewall-positions");
  assert.equal(update(["b"], [1], []), "firewall-positions");
  assert.equal(update([], [0], []), "firewall-positions");
  assert.deepEqual(comments(), ["a"]);
  const lower = { scope: { kind: "global" }, rules: [ruleOf("a")], positions: [0] } as const;
  assert.equal(
    network.try("add_firewall_rules", { ...lower, expected_hash: hashOfComments(["a"]).toLowerCase() }),
    undefined,
  );
});

for (const [what, code, change] of [
  ["without prefixes", "invariant-violated", { ipv6_prefixes: [] }],
  ["without ports", "invariant-violated", { ports: [] }],
  ["with a prefix that is none", "invariant-violated", { ipv4_prefixes: ["8.8.8.8/33"] }],
  ["with a port that is too large", "invariant-violated", { ports: [65_536] }],
  ["with a long comment", "invariant-violated", { comment: "x".repeat(256) }],
  ["of an empty user", "invariant-violated", { user: "" }],
  ["with action 0", "invariant-violated", { action: 0 }],
  ["with action 4", "firewall-rule", { action: 4 }],
  ["with direction 3", "firewall-rule", { direction: 3 }],
] as const) {
  void test(`a rule ${what} is refused: ${code}`, () => {
    const network = new TestNetwork();
    const payload = { scope: { kind: "global" }, rules: [{ ...ruleOf("a"), ...change }], positions: [0] } as const;
    // The hash that the rules would have is in the refusal, as for whoever makes a proposal by trial.
    const actual = /would have the hash ([0-9A-F]{64})/.exec(
      network.refusal("add_firewall_rules", { ...payload, expected_hash: "" }),
    )?.[1];
    assert.equal(network.try("add_firewall_rules", { ...payload, expected_hash: actual ?? "" }), code);
  });
}

void test("there are no rules for a node or a subnet that does not exist; they go with it", () => {
  const stranger = person("stranger");
  for (const scope of [
    { kind: "node", node: stranger },
    { kind: "subnet", subnet: stranger },
  ] as const) {
    assert.equal(setting(scope).add(["a"], [0], ["a"]), "invariant-violated");
  }
  const { network, add } = setting();
  add(["a"], [0], ["a"]);
  const [key = ""] = network.state.keys("firewall_rules_subnet_");
  network.do("delete_subnet", { subnet_id: principalOfKey("firewall_rules_subnet_", key) });
  assert.deepEqual(network.state.keys("firewall_rules_subnet_"), []);
});
