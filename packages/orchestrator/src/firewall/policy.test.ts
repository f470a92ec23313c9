import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { firewallSection } from "@icos/config";
import { FirewallAction, FirewallRuleDirection, NodeRewardType, SubnetType } from "@icos/registry";
import {
  apiBoundaryNode,
  noNode,
  node,
  principal,
  rules,
  subnet,
  subnetList,
  WrittenRegistry,
  type Change,
} from "../../test/written-registry.ts";
import { firewallPolicy } from "./policy.ts";

const near = { network: "2001:db8:7::/64", host: "2001:db8:7::2" };
const config = {
  firewall: firewallSection("replica", near),
  boundary_node_firewall: firewallSection("boundary-node", near),
};
const own = principal("own");
const engine = { nodeRewardType: NodeRewardType.TYPE4DOT1 };
const allow = (ports: number[], comment: string) => ({
  ipv6Prefixes: ["2001:db8:ffff::/48"],
  ports,
  action: FirewallAction.ALLOW,
  comment,
});

function ruleset(registry: WrittenRegistry, oldest = registry.latestVersion()): string {
  return firewallPolicy(registry, own, { oldest, latest: registry.latestVersion() }, config).complete();
}

const golden = (name: string): string => readFileSync(new URL(`fixtures/${name}.nft`, import.meta.url), "utf8");

/** A rule in every scope, and in all of its forms. */
const EVERY_SCOPE: readonly Change[] = [
  rules({ kind: "node", node: own }, [allow([22], "node")]),
  rules({ kind: "node", node: principal("peer") }, [allow([1], "another node's")]),
  rules({ kind: "subnet", subnet: principal("home") }, [
    { ...allow([8080, 9090], "subnet"), ipv4Prefixes: ["198.51.100.0/24"], action: FirewallAction.DENY },
  ]),
  rules({ kind: "replica_nodes" }, [
    { ...allow([443], "out"), user: "ic-http-adapter", direction: FirewallRuleDirection.OUTBOUND },
    { ...allow([443], "out, but of nobody"), direction: FirewallRuleDirection.OUTBOUND },
  ]),
  rules({ kind: "api_boundary_nodes" }, [allow([22], "boundary")]),
  rules({ kind: "global" }, [{ ...allow([9091], "global"), action: FirewallAction.REJECT }]),
];
const NODES: readonly Change[] = [
  node("own", "2001:db8:7::1"),
  node("peer", "2001:0db8:8:0::2"),
  node("old", "198.51.100.9"),
  node("engine", "2001:db8:9::4", engine),
];

void test("the six roles of a node have these rulesets", () => {
  const member = [subnetList("home"), subnet("home", ["own", "peer"])];
  const asEngine = node("own", "2001:db8:7::1", engine);
  const others = NODES.slice(1);
  const systems = [subnetList("home", "system"), subnet("home", ["peer"])];
  const system = subnet("system", ["old"], { subnetType: SubnetType.SYSTEM });
  const cases: Readonly<Record<string, readonly Change[]>> = {
    "assigned-replica": [...NODES, ...member, ...EVERY_SCOPE],
    "unassigned-replica": NODES,
    "assigned-cloud-engine": [asEngine, ...others, ...member, ...EVERY_SCOPE],
    "unassigned-cloud-engine": [asEngine, ...others],
    "boundary-node-system": [...NODES, ...systems, system, apiBoundaryNode("own"), ...EVERY_SCOPE],
    "boundary-node-app": [...NODES, ...systems, system, apiBoundaryNode("own"), apiBoundaryNode("a"), ...EVERY_SCOPE],
  };
  for (const [name, changes] of Object.entries(cases)) {
    assert.equal(ruleset(new WrittenRegistry(changes)), golden(name), name);
  }
});

void test("a node that left or joined between the oldest version in use and the latest stays reachable", () => {
  const registry = new WrittenRegistry(
    [node("own", "2001:db8:7::1"), node("old", "2001:db8:8::1")],
    [noNode("old")],
    [node("new", "2001:db8:8::2")],
    [noNode("new")],
  );
  const known = (oldest: number): string[] => [...new Set(ruleset(registry, oldest).match(/2001:db8:8::\d/g))];
  assert.deepEqual(known(1), ["2001:db8:8::1", "2001:db8:8::2"]);
  assert.deepEqual(known(3), ["2001:db8:8::2"]);
  assert.deepEqual(known(4), []);
});

void test("the default rules apply only while no scope of the node has a rule", () => {
  const registry = new WrittenRegistry([node("own", "2001:db8:7::1")]);
  const isDefault = (): boolean => ruleset(registry).includes("Default: the node's own network");
  assert.ok(isDefault());
  registry.write(rules({ kind: "node", node: principal("peer") }, [allow([22], "of another")]));
  registry.write(rules({ kind: "global" }, []));
  assert.ok(isDefault());
  registry.write(rules({ kind: "global" }, [allow([22], "of everybody")]));
  assert.ok(!isDefault());
});

void test("an empty registry gives the default rules", () => {
  assert.match(ruleset(new WrittenRegistry()), /ip6 saddr \{ 2001:db8:7::\/64 \} .* accept # Default/);
});

void test("rules that cannot stand in a ruleset are refused with every problem, and the automatic ones remain", () => {
  const injection = { ...allow([22, 70_000], "x\n accept"), ipv4Prefixes: ["0.0.0.0/0 } accept #"] };
  const noPort = { ...allow([], "x"), ipv6Prefixes: ["2001:db8::/129"], user: "root; accept" };
  const registry = new WrittenRegistry([
    node("own", "2001:db8:7::1"),
    rules({ kind: "global" }, [allow([22], "good"), injection, noPort]),
  ]);
  const policy = firewallPolicy(registry, own, { oldest: 1, latest: 1 }, config);
  assert.throws(() => policy.complete(), {
    code: "firewall-rule-invalid",
    details: {
      problems: [
        'rule 1 has the IPv4 prefix "0.0.0.0/0 } accept #"',
        "rule 1 has the port 70000",
        'rule 2 has the IPv6 prefix "2001:db8::/129"',
        "rule 2 has no port",
        'rule 2 has the user "root; accept"',
      ],
    },
  });
  assert.match(policy.automatic(), /2001:db8:7::1 \} .* accept # All nodes/);
  assert.doesNotMatch(policy.automatic(), /Default|good/);
});

void test("a comment stays in its line", () => {
  const registry = new WrittenRegistry([rules({ kind: "global" }, [allow([22], "two\nlines <<ACTION>> $& é")])]);
  assert.match(ruleset(registry), /accept # two lines <<ACTION>> \$&$/m);
});
