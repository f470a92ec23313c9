import assert from "node:assert/strict";
import { test } from "node:test";
import type { Principal } from "@icos/certification";
import { ApiBoundaryNodeRecordSchema, readRecord, registryKey } from "../index.ts";
import { OPERATOR, person, subnetOf, TestNetwork, VERSION } from "../../test/network.ts";
import { testNode } from "../../test/nodes.ts";

const nodes = [0, 1, 2].map(testNode);
const [a, b, c] = nodes.map(({ id }) => id) as [Principal, Principal, Principal];

/** Three nodes, of which the first two have domains. */
function network(): TestNetwork {
  const made = new TestNetwork();
  for (const [index, node] of nodes.entries()) {
    made.join(node, OPERATOR, index < 2 ? { domain: `node${index}.example` } : {});
  }
  return made;
}

const versionOf = ({ state }: TestNetwork, node: Principal) =>
  readRecord(state, ApiBoundaryNodeRecordSchema, registryKey.apiBoundaryNode(node))?.version;
const elect = (registry: TestNetwork) =>
  registry.do("revise_elected_guestos_versions", {
    replica_version_to_elect: "v2",
    release_package_sha256_hex: "ab".repeat(32),
    release_package_urls: ["http://x.example/y"],
    replica_versions_to_unelect: [],
  });

void test("nodes with domains become API boundary nodes, are upgraded some at a time, and become unassigned again", () => {
  const registry = network();
  registry.do("add_api_boundary_nodes", { version: VERSION, node_ids: [a, b] });
  assert.deepEqual([versionOf(registry, a), versionOf(registry, b)], [VERSION, VERSION]);
  elect(registry);
  registry.do("deploy_guestos_to_some_api_boundary_nodes", { version: "v2", node_ids: [b, b] });
  assert.deepEqual([versionOf(registry, a), versionOf(registry, b)], [VERSION, "v2"]);
  registry.do("remove_api_boundary_nodes", { node_ids: [a, a] });
  assert.deepEqual([versionOf(registry, a), versionOf(registry, b)], [undefined, "v2"]);
  assert.equal(registry.try("remove_node_directly", { node_id: a }, OPERATOR), undefined);
});

for (const [what, code, payload] of [
  ["that is unknown", "node-unknown", { version: VERSION, node_ids: [person("nobody")] }],
  ["named twice", "node-repeated", { version: VERSION, node_ids: [a, a] }],
  ["without a domain", "domain-missing", { version: VERSION, node_ids: [a, c] }],
  ["at a version that is not elected", "version-not-elected", { version: "v9", node_ids: [a] }],
  ["in a subnet", "node-assigned", { version: VERSION, node_ids: [b] }],
] as const) {
  void test(`a node ${what} does not become an API boundary node: ${code}`, () => {
    const registry = network();
    registry.do("create_subnet", subnetOf([b]));
    assert.equal(registry.try("add_api_boundary_nodes", payload), code);
    assert.equal(versionOf(registry, a), undefined);
  });
}

void test("an API boundary node is not added again, nor put into a subnet", () => {
  const registry = network();
  registry.do("add_api_boundary_nodes", { version: VERSION, node_ids: [a] });
  assert.equal(registry.try("add_api_boundary_nodes", { version: VERSION, node_ids: [a] }), "node-is-api-boundary");
  assert.equal(registry.try("create_subnet", subnetOf([a])), "node-is-api-boundary");
  assert.equal(registry.try("remove_node_directly", { node_id: a }, OPERATOR), "node-is-api-boundary");
});

void test("what is not an API boundary node is neither upgraded nor removed as one", () => {
  const registry = network();
  registry.do("add_api_boundary_nodes", { version: VERSION, node_ids: [a] });
  assert.equal(registry.try("remove_api_boundary_nodes", { node_ids: [a, b] }), "node-not-api-boundary");
  const deploy = (version: string, node_ids: readonly Principal[]) =>
    registry.try("deploy_guestos_to_some_api_boundary_nodes", { version, node_ids });
  assert.equal(deploy(VERSION, [a, b]), "node-not-api-boundary");
  assert.equal(deploy("v9", [a]), "version-not-elected");
});

void test("a version that an API boundary node runs stays elected", () => {
  const registry = network();
  registry.do("add_api_boundary_nodes", { version: VERSION, node_ids: [a] });
  elect(registry);
  registry.do("deploy_guestos_to_all_unassigned_nodes", { elected_replica_version: "v2" });
  const unelect = { release_package_urls: [], replica_versions_to_unelect: [VERSION] };
  assert.equal(registry.try("revise_elected_guestos_versions", unelect), "version-in-use");
  registry.do("deploy_guestos_to_some_api_boundary_nodes", { version: "v2", node_ids: [a] });
  assert.equal(registry.try("revise_elected_guestos_versions", unelect), undefined);
});
