import assert from "node:assert/strict";
import { test } from "node:test";
import { HostosVersionRecordSchema, NodeRecordSchema, type PayloadOf, readRecord, registryKey } from "../index.ts";
import { person, TestNetwork } from "../../test/network.ts";
import { testNode } from "../../test/nodes.ts";

type Revise = PayloadOf<"revise_elected_hostos_versions">;
const elect: Revise = {
  hostos_version_to_elect: "h1",
  release_package_sha256_hex: "ab".repeat(32),
  release_package_urls: ["http://x.example/host"],
  hostos_versions_to_unelect: [],
};
const unelect = (...versions: string[]): Revise => ({ release_package_urls: [], hostos_versions_to_unelect: versions });
const [one, two] = [testNode(0), testNode(1)];

function network(): TestNetwork {
  const made = new TestNetwork();
  for (const node of [one, two]) made.join(node);
  made.do("revise_elected_hostos_versions", elect);
  return made;
}

void test("a version is elected once, with its package", () => {
  const registry = network();
  const record = readRecord(registry.state, HostosVersionRecordSchema, registryKey.hostosVersion("h1"));
  assert.deepEqual(
    [record?.hostosVersionId, record?.releasePackageUrls, record?.releasePackageSha256Hex],
    ["h1", elect.release_package_urls, "ab".repeat(32)],
  );
  assert.equal(registry.try("revise_elected_hostos_versions", elect), "key-exists");
});

for (const [what, code, change] of [
  ["nothing in it", "version-payload", unelect()],
  ["no hash", "version-payload", { ...elect, release_package_sha256_hex: undefined }],
  ["no id", "version-payload", { ...elect, hostos_version_to_elect: undefined }],
  ["no URL", "version-payload", { ...elect, release_package_urls: [] }],
  ["one version both ways", "version-payload", { ...elect, hostos_versions_to_unelect: ["h1"] }],
  ["a hash that is none", "invariant-violated", { ...elect, release_package_sha256_hex: "ab" }],
  ["an unknown version to unelect", "version-not-elected", unelect("h9")],
] as const) {
  void test(`an election with ${what} is refused: ${code}`, () => {
    assert.equal(new TestNetwork().try("revise_elected_hostos_versions", change), code);
  });
}

void test("nodes get a version, and lose it; a version that a node refers to stays elected", () => {
  const registry = network();
  const versions = () =>
    [one, two].map(
      ({ id }) => readRecord(registry.state, NodeRecordSchema, registryKey.nodeRecord(id))?.hostosVersionId,
    );
  registry.do("deploy_hostos_to_some_nodes", { node_ids: [one.id, two.id, one.id], hostos_version_id: "h1" });
  assert.deepEqual(versions(), ["h1", "h1"]);
  assert.equal(registry.try("revise_elected_hostos_versions", unelect("h1")), "version-in-use");
  registry.do("deploy_hostos_to_some_nodes", { node_ids: [one.id, two.id] });
  assert.deepEqual(versions(), [undefined, undefined]);
  registry.do("revise_elected_hostos_versions", unelect("h1", "h1"));
  assert.equal(registry.state.get(registryKey.hostosVersion("h1")), undefined);
});

void test("only elected versions go to nodes that there are, all or none of them", () => {
  const registry = network();
  const deploy = (hostos_version_id: string, ...node_ids: PayloadOf<"deploy_hostos_to_some_nodes">["node_ids"]) =>
    registry.try("deploy_hostos_to_some_nodes", { node_ids, hostos_version_id });
  const { version } = registry.state;
  assert.equal(deploy("h9", one.id), "version-not-elected");
  assert.equal(deploy("h1", one.id, person("nobody")), "node-unknown");
  assert.equal(registry.state.version, version);
});
