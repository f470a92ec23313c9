import assert from "node:assert/strict";
import { test } from "node:test";
import { NodeRecordSchema, readRecord, registryKey } from "../index.ts";
import { OPERATOR, OTHER_OPERATOR, person, TestNetwork, VERSION } from "../../test/network.ts";
import { testNode } from "../../test/nodes.ts";

const [one, two] = [testNode(0), testNode(1)];
const ipv4 = { ip_addr: "8.8.8.8", gateway_ip_addr: "8.8.8.1", prefix_length: 24 };
const record = ({ state }: TestNetwork) => readRecord(state, NodeRecordSchema, registryKey.nodeRecord(one.id));

function network(rules: ConstructorParameters<typeof TestNetwork>[0] = {}): TestNetwork {
  const made = new TestNetwork(rules);
  made.join(one);
  return made;
}

void test("an operator gives its node a domain and takes it away, and nothing else of the record changes", () => {
  const registry = network();
  const before = record(registry);
  registry.do("update_node_domain_directly", { node_id: one.id, domain: "node.example" }, OPERATOR);
  assert.deepEqual({ ...record(registry) }, { ...before, domain: "node.example" });
  registry.do("update_node_domain_directly", { node_id: one.id }, OPERATOR);
  assert.deepEqual(record(registry), before);
});

void test("a domain that is none, an unknown node and another operator are refused", () => {
  const registry = network();
  const set = (domain: string, node_id = one.id, caller = OPERATOR) =>
    registry.try("update_node_domain_directly", { node_id, domain }, caller);
  for (const domain of ["", "node", "a_b.example", "-a.example", "bücher.example", "A.example", "a..example"]) {
    assert.equal(set(domain), "domain-malformed");
  }
  assert.equal(set("a.example", two.id), "node-unknown");
  assert.equal(set("a.example", one.id, OTHER_OPERATOR), "caller-not-node-operator");
});

void test("an operator gives its node an IPv4 address, changes it and takes it away", () => {
  const registry = network();
  registry.do("update_node_ipv4_config_directly", { node_id: one.id, ipv4_config: ipv4 }, OPERATOR);
  const { publicIpv4Config } = record(registry) ?? {};
  assert.deepEqual(
    [publicIpv4Config?.ipAddr, publicIpv4Config?.gatewayIpAddr, publicIpv4Config?.prefixLength],
    ["8.8.8.8", ["8.8.8.1"], 24],
  );
  // Its own address is not in its way.
  registry.do("update_node_ipv4_config_directly", { node_id: one.id, ipv4_config: ipv4 }, OPERATOR);
  registry.do("update_node_ipv4_config_directly", { node_id: one.id }, OPERATOR);
  assert.equal(record(registry)?.publicIpv4Config, undefined);
});

for (const [what, code, change] of [
  ["that is none", "ipv4-malformed", { ip_addr: "8.8.8" }],
  ["with a gateway that is none", "ipv4-malformed", { gateway_ip_addr: "gateway" }],
  ["with 33 bits of prefix", "ipv4-malformed", { prefix_length: 33 }],
  ["with no bits of prefix", "ipv4-malformed", { prefix_length: 0 }],
  ["with a gateway elsewhere", "ipv4-gateway", { gateway_ip_addr: "8.8.9.1" }],
  ["that is private", "ipv4-not-global", { ip_addr: "192.168.1.1", gateway_ip_addr: "192.168.1.2" }],
  ["that is a loopback", "ipv4-not-global", { ip_addr: "127.0.0.1" }],
  ["that is link-local", "ipv4-not-global", { ip_addr: "169.254.1.1" }],
  ["that is private in 10/8", "ipv4-not-global", { ip_addr: "10.255.0.1" }],
  ["that is private in 172.16/12", "ipv4-not-global", { ip_addr: "172.31.255.255" }],
  ["for documentation", "ipv4-not-global", { ip_addr: "203.0.113.5" }],
  ["for documentation in 192.0.2/24", "ipv4-not-global", { ip_addr: "192.0.2.1" }],
  ["for documentation in 198.51.100/24", "ipv4-not-global", { ip_addr: "198.51.100.1" }],
  ["for benchmarks", "ipv4-not-global", { ip_addr: "198.18.0.1" }],
  ["for benchmarks at the end", "ipv4-not-global", { ip_addr: "198.19.255.255" }],
  ["of a shared network", "ipv4-not-global", { ip_addr: "100.64.0.1" }],
  ["that is reserved", "ipv4-not-global", { ip_addr: "240.0.0.1" }],
  ["that is the broadcast", "ipv4-not-global", { ip_addr: "255.255.255.255" }],
  ["that is unspecified", "ipv4-not-global", { ip_addr: "0.0.0.0" }],
] as const) {
  void test(`an IPv4 address ${what} is refused: ${code}`, () => {
    const payload = { node_id: one.id, ipv4_config: { ...ipv4, ...change } };
    assert.equal(network().try("update_node_ipv4_config_directly", payload, OPERATOR), code);
  });
}

void test("global addresses next to those are taken, with any prefix from 1 to 32 bits that the gateway shares", () => {
  const registry = network();
  for (const [ip_addr, gateway_ip_addr, prefix_length] of [
    ["172.32.0.1", "172.32.0.2", 12],
    ["198.20.0.1", "198.20.0.2", 15],
    ["100.128.0.1", "100.128.0.2", 10],
    ["9.9.9.9", "120.0.0.1", 1],
    ["9.9.9.9", "9.9.9.8", 31],
    ["9.9.9.9", "9.9.9.9", 32],
  ] as const) {
    const payload = { node_id: one.id, ipv4_config: { ip_addr, gateway_ip_addr, prefix_length } };
    assert.equal(registry.try("update_node_ipv4_config_directly", payload, OPERATOR), undefined, ip_addr);
  }
});

void test("an API boundary node keeps a domain, and one of its own", () => {
  const registry = network();
  registry.join(two, OPERATOR, { domain: "two.example" });
  const set = (domain?: string) =>
    registry.try("update_node_domain_directly", { node_id: one.id, ...(domain !== undefined && { domain }) }, OPERATOR);
  assert.equal(set("one.example"), undefined);
  registry.do("add_api_boundary_nodes", { version: VERSION, node_ids: [one.id, two.id] });
  assert.equal(set(), "invariant-violated");
  assert.equal(set("two.example"), "invariant-violated");
  assert.equal(set("other.example"), undefined);
});

void test("an IPv4 address belongs to one node", () => {
  const registry = network();
  registry.join(two);
  registry.do("update_node_ipv4_config_directly", { node_id: two.id, ipv4_config: ipv4 }, OPERATOR);
  const payload = { node_id: one.id, ipv4_config: ipv4 };
  assert.equal(registry.try("update_node_ipv4_config_directly", payload, OPERATOR), "ipv4-in-use");
  const stranger = person("stranger");
  assert.equal(registry.try("update_node_ipv4_config_directly", payload, stranger), "caller-not-node-operator");
});
