import assert from "node:assert/strict";
import { test } from "node:test";
import { Principal } from "@icos/certification";
import {
  ApiBoundaryNodeRecordSchema,
  type FirewallScope,
  FirewallRuleSetSchema,
  getApiBoundaryNodeIds,
  getApiBoundaryNodeRecord,
  getAppApiBoundaryNodeIds,
  getAvailableIpAddressesForNodeIds,
  getFirewallRules,
  getSubnetNodeIdsOfTypes,
  getSystemApiBoundaryNodeIds,
  isSystemApiBoundaryNode,
  NodeRecordSchema,
  registryKey,
  SubnetListRecordSchema,
  SubnetRecordSchema,
  SubnetType,
} from "../index.ts";
import { broken, registryOf, set, unset } from "../../test/history.ts";

const unknown = { code: "registry-version-unknown" };
const malformed = { code: "registry-record-malformed" };
const id = (...bytes: readonly number[]): Principal => Principal.fromUint8Array(Uint8Array.from(bytes));
const texts = (ids: readonly Principal[]): string[] => ids.map((each) => each.toText());

void test("get_firewall_rules: the rules of each scope by themselves", () => {
  const scopes: FirewallScope[] = [
    { kind: "global" },
    { kind: "replica_nodes" },
    { kind: "api_boundary_nodes" },
    { kind: "subnet", subnet: id(1) },
    { kind: "node", node: id(1) },
  ];
  const keys = scopes.map((scope) => registryKey.firewallRules(scope));
  const registry = registryOf(
    ...keys.map((key, index) => [set(key, FirewallRuleSetSchema, { entries: [{ comment: `${index}` }] })]),
    keys.map(unset),
    keys.map(broken),
  );
  for (const [index, scope] of scopes.entries()) {
    const comments = [0, 1, 2, 3, 4, 5, 6].map((at) => getFirewallRules(registry, scope, at)?.entries[0]?.comment);
    const expected = comments.map((_, at) => (at > index && at <= 5 ? `${index}` : undefined));
    assert.deepEqual(comments, expected);
    assert.throws(() => getFirewallRules(registry, scope, 7), malformed);
    assert.throws(() => getFirewallRules(registry, scope, 8), unknown);
  }
});

void test("get_subnet_node_ids_of_types: members of listed subnets of the types", () => {
  const subnet = (at: Principal, subnetType: SubnetType, ...members: readonly Principal[]) =>
    set(registryKey.subnetRecord(at), SubnetRecordSchema, {
      subnetType,
      membership: members.map((member) => member.toUint8Array()),
    });
  const [system, app, unlisted] = [id(1), id(2), id(3)];
  const subnets = [system, app].map((each) => each.toUint8Array());
  const registry = registryOf(
    [subnet(system, SubnetType.SYSTEM, id(11), id(12)), subnet(unlisted, SubnetType.SYSTEM, id(31))],
    [set(registryKey.subnetList, SubnetListRecordSchema, { subnets })],
    [subnet(app, SubnetType.APPLICATION, id(21))],
    [unset(registryKey.subnetRecord(system))],
  );
  const found = (types: readonly SubnetType[], at: number) => texts(getSubnetNodeIdsOfTypes(registry, types, at));
  assert.deepEqual(found([SubnetType.SYSTEM], 1), []);
  assert.deepEqual(found([SubnetType.SYSTEM], 3), texts([id(11), id(12)]));
  assert.deepEqual(found([SubnetType.SYSTEM, SubnetType.APPLICATION], 3), texts([id(11), id(12), id(21)]));
  assert.deepEqual(found([SubnetType.SYSTEM, SubnetType.APPLICATION], 4), texts([id(21)]));
  assert.throws(() => found([], 5), unknown);
});

void test("get_available_ip_addresses_for_node_ids: all that can be read, each once", () => {
  const node = (at: Principal, xnet: string, http: string) =>
    set(registryKey.nodeRecord(at), NodeRecordSchema, { xnet: { ipAddr: xnet }, http: { ipAddr: http } });
  const nodes = [id(1), id(2), id(3), id(4), id(5)];
  const [first] = nodes;
  assert.ok(first);
  const registry = registryOf(
    [
      node(id(1), "2001:db8:0:0::1", "2001:DB8::1"),
      node(id(2), "10.0.0.1", "not an address"),
      node(id(3), "fe80::1%eth0", "2001:db8::3"),
      broken(registryKey.nodeRecord(id(4))),
    ],
    [set(registryKey.nodeRecord(first), NodeRecordSchema)],
    [unset(registryKey.nodeRecord(id(2)))],
  );
  const found = (at: number) => getAvailableIpAddressesForNodeIds(registry, nodes, at);
  assert.deepEqual(found(1), ["2001:db8::1", "10.0.0.1", "2001:db8::3"]);
  assert.deepEqual([found(0), found(2), found(3)], [[], ["10.0.0.1", "2001:db8::3"], ["2001:db8::3"]]);
  assert.throws(() => found(4), unknown);
});

void test("API boundary nodes: the first half by their ids' bytes is for the system, one more of an odd number", () => {
  const nodes = [id(0x80, 1), id(1, 1), id(0x20, 1), id(9), id(0x90, 1)];
  const record = { version: "v1" };
  const registry = registryOf(
    nodes.slice(0, 4).map((node) => set(registryKey.apiBoundaryNode(node), ApiBoundaryNodeRecordSchema, record)),
    [set(registryKey.apiBoundaryNode(id(0x90, 1)), ApiBoundaryNodeRecordSchema, record)],
    [set("api_boundary_node_nobody", ApiBoundaryNodeRecordSchema)],
    [unset(registryKey.apiBoundaryNode(id(9)))],
    [broken(registryKey.apiBoundaryNode(id(9)))],
  );
  const system = [0, 1, 2, 3, 4].map((at) => texts(getSystemApiBoundaryNodeIds(registry, at)));
  const three = texts([id(9), id(1, 1), id(0x20, 1)]);
  assert.deepEqual(system, [[], three.slice(0, 2), three, three, three.slice(1)]);
  const app = [0, 1, 2, 4].map((at) => texts(getAppApiBoundaryNodeIds(registry, at)));
  const two = texts([id(0x80, 1), id(0x90, 1)]);
  assert.deepEqual(app, [[], texts([id(0x20, 1), id(0x80, 1)]), two, two]);
  assert.deepEqual(
    [1, 2].map((at) => isSystemApiBoundaryNode(registry, id(0x20, 1), at)),
    [false, true],
  );
  assert.deepEqual(texts(getApiBoundaryNodeIds(registry, 3)).toSorted(), texts(nodes).toSorted());
  const versions = [0, 1, 4].map((at) => getApiBoundaryNodeRecord(registry, id(9), at)?.version);
  assert.deepEqual(versions, [undefined, "v1", undefined]);
  assert.throws(() => getApiBoundaryNodeRecord(registry, id(9), 5), malformed);
  for (const read of [getApiBoundaryNodeIds, getSystemApiBoundaryNodeIds, getAppApiBoundaryNodeIds]) {
    assert.throws(() => read(registry, 6), unknown);
  }
});
