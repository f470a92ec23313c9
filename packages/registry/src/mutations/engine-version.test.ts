import assert from "node:assert/strict";
import { test } from "node:test";
import {
  NodeRewardType,
  readRecord,
  registryKey,
  StandardEngineReplicaVersionRecordSchema,
  SubnetRecordSchema,
} from "../index.ts";
import { OPERATOR, person, subnetOf, TestNetwork, VERSION } from "../../test/network.ts";
import { testNode } from "../../test/nodes.ts";

const CONTROLLER = person("engine controller");

/** Versions v2 to v4 are elected with measurements, v1 without. */
function network(): TestNetwork {
  const made = new TestNetwork({ engineController: CONTROLLER });
  for (const replica_version_to_elect of ["v2", "v3", "v4"]) {
    made.do("revise_elected_guestos_versions", {
      replica_version_to_elect,
      release_package_sha256_hex: "ab".repeat(32),
      release_package_urls: ["http://x.example/y"],
      guest_launch_measurements: { guest_launch_measurements: [{ measurement: new Uint8Array(48) }] },
      replica_versions_to_unelect: [],
    });
  }
  return made;
}

const set = (made: TestNetwork, old: string, next: string, deployment_progress: number) =>
  made.try("update_standard_engine_replica_version", {
    old_replica_version_id: old,
    new_replica_version_id: next,
    deployment_progress,
  });

void test("a deployment's progress goes up and down; the next one begins where a complete one has led", () => {
  const registry = network();
  for (const progress of [0.1, 0.9, 0, 0.2]) assert.equal(set(registry, "v2", "v3", progress), undefined);
  assert.equal(set(registry, "v3", "v4", 0.1), "engine-version-in-progress");
  assert.equal(set(registry, "v2", "v3", 1), undefined);
  assert.equal(set(registry, "v2", "v4", 0.1), "engine-version-skipped");
  assert.equal(set(registry, "v3", "v4", 0.1), undefined);
  const key = registryKey.standardEngineReplicaVersion;
  const record = readRecord(registry.state, StandardEngineReplicaVersionRecordSchema, key);
  assert.deepEqual(
    [record?.oldReplicaVersionId, record?.newReplicaVersionId, record?.deploymentProgress],
    ["v3", "v4", 0.1],
  );
});

for (const [what, code, old, next, progress] of [
  ["a progress above 1", "engine-version-payload", "v2", "v3", 1.5],
  ["a progress below 0", "engine-version-payload", "v2", "v3", -0.1],
  ["a progress that is no number", "engine-version-payload", "v2", "v3", Number.NaN],
  ["one version for both", "engine-version-payload", "v2", "v2", 0.5],
  ["a new version that is not elected", "invariant-violated", "v2", "v9", 0.5],
  ["an old version that is not elected", "invariant-violated", "v9", "v2", 0.5],
  ["a version without measurements", "invariant-violated", VERSION, "v2", 0.5],
] as const) {
  void test(`a deployment with ${what} is refused: ${code}`, () => {
    assert.equal(set(network(), old, next, progress), code);
  });
}

void test("its versions stay elected", () => {
  const registry = network();
  set(registry, "v2", "v3", 0.5);
  for (const version of ["v2", "v3"]) {
    const unelect = { release_package_urls: [], replica_versions_to_unelect: [version] };
    assert.equal(registry.try("revise_elected_guestos_versions", unelect), "version-in-use");
  }
});

void test("a cloud engine may name no version while there is a standard one, by the hand of its controller too", () => {
  const registry = network();
  for (const index of [0, 1]) {
    registry.join(testNode(index), OPERATOR, index === 0 ? { nodeRewardType: NodeRewardType.TYPE4 } : {});
  }
  const engine = {
    ...subnetOf([testNode(0).id]),
    subnet_type: "cloud_engine",
    canister_cycles_cost_schedule: "Free",
  } as const;
  assert.equal(registry.try("create_subnet", { ...engine, replica_version_id: "" }), "invariant-violated");
  const { new_subnet_id: subnet_id } = registry.do("create_subnet", engine);
  const { new_subnet_id: other } = registry.do("create_subnet", subnetOf([testNode(1).id]));
  const deploy = (subnet: typeof subnet_id, replica_version_id: string) =>
    registry.try("deploy_guestos_to_all_subnet_nodes", { subnet_id: subnet, replica_version_id }, CONTROLLER);
  assert.equal(deploy(subnet_id, ""), "invariant-violated");
  assert.equal(deploy(subnet_id, "v2"), undefined);
  set(registry, "v2", "v3", 0.5);
  assert.equal(deploy(subnet_id, ""), undefined);
  assert.equal(
    readRecord(registry.state, SubnetRecordSchema, registryKey.subnetRecord(subnet_id))?.replicaVersionId,
    "",
  );
  assert.equal(deploy(subnet_id, "v9"), "version-not-elected");
  assert.equal(deploy(other, "v2"), "caller-not-governance");
  const blank = { subnet_id: other, replica_version_id: "" };
  assert.equal(registry.try("deploy_guestos_to_all_subnet_nodes", blank), "version-not-elected");
  // It halts an engine and names its administrators, and changes nothing else.
  const update = (payload: object, caller = CONTROLLER) =>
    registry.try("update_subnet", { subnet_id, ...payload }, caller);
  assert.equal(update({ is_halted: true, subnet_admins: [person("admin")] }), undefined);
  assert.equal(update({ ssh_readonly_access: [] }), "engine-controller-fields");
  assert.equal(update({ is_halted: true }, person("stranger")), "caller-not-governance");
  assert.equal(
    registry.try("update_subnet", { subnet_id: other, is_halted: true }, CONTROLLER),
    "caller-not-governance",
  );
});
