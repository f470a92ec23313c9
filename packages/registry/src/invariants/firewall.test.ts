import assert from "node:assert/strict";
import { test } from "node:test";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  encodeRecord,
  FirewallAction,
  FirewallRuleDirection,
  FirewallRuleSchema,
  FirewallRuleSetSchema,
  type FirewallScope,
  type Mutation,
  put,
  registryKey,
  remove,
  SubnetListRecordSchema,
} from "../index.ts";
import { nodeRemovals } from "../mutations/remove-nodes.ts";
import { person } from "../../test/network.ts";
import { b, populated, violations } from "../../test/violations.ts";

type RuleInit = MessageInitShape<typeof FirewallRuleSchema>;
const good: RuleInit = {
  ipv6Prefixes: ["2001:db8::/32", "::1"],
  ports: [22, 65_535],
  action: FirewallAction.ALLOW,
  direction: FirewallRuleDirection.INBOUND,
};
const rules = (scope: FirewallScope, ...entries: readonly RuleInit[]): Mutation =>
  put("upsert", registryKey.firewallRules(scope), FirewallRuleSetSchema, {
    entries: entries.map((entry) => create(FirewallRuleSchema, entry)),
  });

for (const [what, change, problem] of [
  ["a good rule", {}, undefined],
  ["an IPv4 network", { ipv4Prefixes: ["10.0.0.0/8", "192.0.2.1"] }, undefined],
  ["no prefix", { ipv6Prefixes: [] }, /has no address prefix/],
  ["a prefix of the other family", { ipv4Prefixes: ["::1"] }, /"::1" for an IPv4 prefix/],
  ["a prefix that is too long", { ipv4Prefixes: ["10.0.0.0/33"] }, /"10.0.0.0\/33" for an IPv4 prefix/],
  ["a prefix that is no address", { ipv6Prefixes: ["fe80::%eth0/10"] }, /for an IPv6 prefix/],
  ["a prefix without its length", { ipv6Prefixes: ["fe80::/"] }, /for an IPv6 prefix/],
  ["no port", { ports: [] }, /has no port/],
  ["a port that is too high", { ports: [65_536] }, /65536 for a port/],
  ["no action", { action: FirewallAction.UNSPECIFIED }, /the action 0/],
  ["a comment of 256 bytes", { comment: "é".repeat(128) }, /a comment of more than 255/],
  ["a comment of 255 bytes", { comment: "x".repeat(255) }, undefined],
  ["a user of one byte", { user: "x" }, undefined],
  ["a user of 255 bytes", { user: "x".repeat(255) }, undefined],
  ["an empty user", { user: "" }, /a user name/],
  ["a user of 256 bytes", { user: "x".repeat(256) }, /a user name/],
  ["no direction", { direction: undefined }, undefined],
  ["an unknown direction", { direction: FirewallRuleDirection.UNSPECIFIED }, /the direction 0/],
] as const satisfies readonly (readonly [string, RuleInit, RegExp | undefined])[]) {
  void test(`${what}: ${problem ? "refused" : "good"}`, () => {
    const { network } = populated();
    const found = violations(network, rules({ kind: "global" }, good, { ...good, ...change }));
    if (problem) assert.match(found.join(), problem);
    assert.equal(found.join().startsWith("firewall: Rule 1 of firewall_rules_global "), problem !== undefined);
  });
}

void test("an action that is not known is refused", () => {
  const { network } = populated();
  const { direction: _, ...rule } = good;
  const value = encodeRecord(FirewallRuleSetSchema, { entries: [create(FirewallRuleSchema, rule)] });
  assert.equal(value.at(-1), FirewallAction.ALLOW);
  value[value.length - 1] = 9;
  const found = violations(network, { kind: "insert", key: "firewall_rules_global", value });
  assert.match(found.join(), /the action 9/);
});

void test("rules are for a node or a listed subnet that exists, or there are none", () => {
  const { network, subnet } = populated();
  const nobody = person("nobody");
  for (const scope of [
    { kind: "node", node: nobody },
    { kind: "subnet", subnet: nobody },
  ] as const) {
    assert.match(violations(network, rules(scope, good)).join(), /^firewall: .* does not exist/);
    assert.deepEqual(violations(network, rules(scope)), []);
  }
  network.write([rules({ kind: "node", node: b }, good), rules({ kind: "subnet", subnet }, good)]);
  const key = registryKey.firewallRules({ kind: "node", node: b });
  const gone = nodeRemovals(network.state, b).filter((mutation) => mutation.key !== key);
  assert.match(violations(network, ...gone).join(), /^firewall: .* is for a node that does not exist/);
  const list = put("update", registryKey.subnetList, SubnetListRecordSchema, {});
  assert.match(violations(network, list).join(), /^firewall: .* is for a subnet that does not exist/);
  assert.deepEqual(violations(network, list, remove(registryKey.firewallRules({ kind: "subnet", subnet }))), []);
});
