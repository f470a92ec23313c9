import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type PayloadOf,
  readRecord,
  registryKey,
  ReplicaVersionRecordSchema,
  SubnetRecordSchema,
  UnassignedNodesConfigRecordSchema,
} from "../index.ts";
import { OPERATOR, subnetOf, TestNetwork, VERSION } from "../../test/network.ts";
import { testNode } from "../../test/nodes.ts";

const { id, payload } = testNode(0);
type Revise = PayloadOf<"revise_elected_guestos_versions">;
const elect: Revise = {
  replica_version_to_elect: "v2",
  release_package_sha256_hex: "AB".repeat(32),
  release_package_urls: ["https://one.example/x", "http://[fd00::1]:80/x"],
  replica_versions_to_unelect: [],
};
const nothing: Revise = { release_package_urls: [], replica_versions_to_unelect: [] };
const unelect = (...replica_versions_to_unelect: string[]): Revise => ({ ...nothing, replica_versions_to_unelect });
const measurements = (bytes: number, length = 1): Partial<Revise> => ({
  guest_launch_measurements: {
    guest_launch_measurements: Array.from({ length }, () => ({ measurement: new Uint8Array(bytes) })),
  },
});

void test("a version is elected with its package and measurements, once", () => {
  const network = new TestNetwork();
  network.do("revise_elected_guestos_versions", { ...elect, ...measurements(48) });
  const record = readRecord(network.state, ReplicaVersionRecordSchema, registryKey.replicaVersion("v2"));
  assert.equal(record?.releasePackageUrls.length, 2);
  assert.equal(record.guestLaunchMeasurements?.guestLaunchMeasurements[0]?.measurement.length, 48);
  assert.equal(network.try("revise_elected_guestos_versions", elect), "key-exists");
});

for (const [what, code, change] of [
  ["nothing in it", "version-payload", nothing],
  ["no hash", "version-payload", { ...elect, release_package_sha256_hex: undefined }],
  ["no id", "version-payload", { ...elect, replica_version_to_elect: undefined }],
  ["no URL", "version-payload", { ...elect, release_package_urls: [] }],
  ["one version both ways", "version-payload", { ...elect, replica_versions_to_unelect: ["v2"] }],
  ["a hash that is none", "invariant-violated", { ...elect, release_package_sha256_hex: "ab" }],
  ["a file for a URL", "invariant-violated", { ...elect, release_package_urls: ["file:///x"] }],
  ["text for a URL", "invariant-violated", { ...elect, release_package_urls: ["x"] }],
  ["a blank id", "invariant-violated", { ...elect, replica_version_to_elect: " " }],
  ["a measurement of 47 bytes", "invariant-violated", { ...elect, ...measurements(47) }],
  ["an empty list of measurements", "invariant-violated", { ...elect, ...measurements(48, 0) }],
  ["an unknown version to unelect", "version-not-elected", unelect("v9")],
] as const) {
  void test(`an election with ${what} is refused: ${code}`, () => {
    assert.equal(new TestNetwork().try("revise_elected_guestos_versions", change), code);
  });
}

void test("a version is unelected only when nobody uses it", () => {
  const network = new TestNetwork();
  network.do("add_node", payload, OPERATOR);
  const { new_subnet_id: subnet_id } = network.do("create_subnet", subnetOf([id]));
  network.do("revise_elected_guestos_versions", elect);
  const take = () => network.try("revise_elected_guestos_versions", unelect(VERSION));
  assert.equal(take(), "version-in-use");
  network.do("deploy_guestos_to_all_subnet_nodes", { subnet_id, replica_version_id: "v2" });
  assert.equal(take(), "version-in-use");
  network.do("deploy_guestos_to_all_unassigned_nodes", { elected_replica_version: "v2" });
  assert.equal(take(), undefined);
  const record = readRecord(network.state, SubnetRecordSchema, registryKey.subnetRecord(subnet_id));
  assert.equal(record?.replicaVersionId, "v2");
});

void test("only elected versions are deployed, by governance", () => {
  const network = new TestNetwork();
  network.do("add_node", payload, OPERATOR);
  const { new_subnet_id: subnet_id } = network.do("create_subnet", subnetOf([id]));
  const deploy = { subnet_id, replica_version_id: "v9" };
  assert.equal(network.try("deploy_guestos_to_all_subnet_nodes", deploy), "version-not-elected");
  const unassigned = { elected_replica_version: "v9" };
  assert.equal(network.try("deploy_guestos_to_all_unassigned_nodes", unassigned), "version-not-elected");
  assert.equal(network.try("update_unassigned_nodes_config", { replica_version: "v9" }), "version-not-elected");
  assert.equal(network.try("update_unassigned_nodes_config", {}, OPERATOR), "caller-not-governance");
});

void test("the configuration of unassigned nodes changes in the parts that are given", () => {
  const network = new TestNetwork();
  const config = () => {
    const record = readRecord(network.state, UnassignedNodesConfigRecordSchema, registryKey.unassignedNodesConfig);
    return [record?.replicaVersion, record?.sshReadonlyAccess];
  };
  network.do("update_unassigned_nodes_config", { ssh_readonly_access: ["key"] });
  assert.deepEqual(config(), [VERSION, ["key"]]);
  network.do("revise_elected_guestos_versions", elect);
  network.do("update_unassigned_nodes_config", { replica_version: "v2" });
  assert.deepEqual(config(), ["v2", ["key"]]);
  network.do("update_ssh_readonly_access_for_all_unassigned_nodes", { ssh_readonly_keys: ["a", "b"] });
  assert.deepEqual(config(), ["v2", ["a", "b"]]);
  network.do("deploy_guestos_to_all_unassigned_nodes", { elected_replica_version: VERSION });
  assert.deepEqual(config(), [VERSION, ["a", "b"]]);
  network.do("update_ssh_readonly_access_for_all_unassigned_nodes", { ssh_readonly_keys: [] });
  assert.deepEqual(config(), [VERSION, []]);
  const many = Array.from({ length: 51 }, (_, index) => `${index}`);
  assert.equal(network.try("update_unassigned_nodes_config", { ssh_readonly_access: many }), "invariant-violated");
  const keys = { ssh_readonly_keys: many };
  assert.equal(network.try("update_ssh_readonly_access_for_all_unassigned_nodes", keys), "invariant-violated");
});
