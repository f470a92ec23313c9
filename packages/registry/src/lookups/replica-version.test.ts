import assert from "node:assert/strict";
import { test } from "node:test";
import { Principal } from "@icos/certification";
import {
  engineUpgradePriority,
  getElectedReplicaVersions,
  getGuestLaunchMeasurements,
  getReplicaVersionOfSubnet,
  getReplicaVersionRecord,
  getReplicaVersionRecordOfSubnet,
  getReplicaVersionRecords,
  getStandardEngineReplicaVersionRecord,
  registryKey,
  ReplicaVersionRecordSchema,
  StandardEngineReplicaVersionRecordSchema,
  SubnetRecordSchema,
  SubnetType,
} from "../index.ts";
import { broken, registryOf, set, unset } from "../../test/history.ts";

const unknown = { code: "registry-version-unknown" };
const malformed = { code: "registry-record-malformed" };
const subnet = Principal.fromText("y6zu2-uqdaa-aaaaa-aaaap-yai");
const [NEW, OLD] = ["eb3ab997954f2a91db8a42f84132cf37078d481c", "a1f503d20b7846375c74ce5f7d0f8f6620ab7511"];
const version = (id: string, ...measurements: readonly number[]) =>
  set(registryKey.replicaVersion(id), ReplicaVersionRecordSchema, {
    releasePackageSha256Hex: id,
    guestLaunchMeasurements: {
      guestLaunchMeasurements: measurements.map((byte) => ({ measurement: Uint8Array.of(byte) })),
    },
  });

const registry = registryOf(
  [version("v1", 1, 2)],
  [version("v2", 3), set(registryKey.replicaVersion("v3"), ReplicaVersionRecordSchema)],
  [unset(registryKey.replicaVersion("v1"))],
  [broken(registryKey.replicaVersion("v1"))],
);

void test("elected versions, their records and all launch measurements: those with a record at the version", () => {
  const elected = [0, 1, 2, 3].map((at) => getElectedReplicaVersions(registry, at).join());
  assert.deepEqual(elected, ["", "v1", "v1,v2,v3", "v2,v3"]);
  const records = [0, 1, 2, 3].map((at) =>
    getReplicaVersionRecords(registry, at)
      .map(({ id }) => id)
      .join(),
  );
  assert.deepEqual(records, elected);
  const measured = [0, 1, 2, 3].map((at) => Buffer.concat(getGuestLaunchMeasurements(registry, at)).toString("hex"));
  assert.deepEqual(measured, ["", "0102", "010203", "03"]);
  const one = [0, 1, 2, 3].map((at) => getReplicaVersionRecord(registry, "v1", at)?.releasePackageSha256Hex);
  assert.deepEqual(one, [undefined, "v1", "v1", undefined]);
  assert.throws(() => getReplicaVersionRecord(registry, "v1", 4), malformed);
  for (const read of [getReplicaVersionRecords, getGuestLaunchMeasurements]) {
    assert.throws(() => read(registry, 4), malformed);
    assert.throws(() => read(registry, 5), unknown);
  }
  assert.throws(() => getElectedReplicaVersions(registry, 5), unknown);
});

void test("the priority of an engine is upstream's, for its vector", () => {
  assert.ok(Math.abs(engineUpgradePriority(subnet, NEW) - 0.211377) < 1e-6);
  assert.notEqual(engineUpgradePriority(subnet, OLD), engineUpgradePriority(subnet, NEW));
});

void test("get_replica_version: the subnet's own, or for a cloud engine the standard one when it is its turn", () => {
  const key = registryKey.subnetRecord(subnet);
  const standard = (deploymentProgress: number) =>
    set(registryKey.standardEngineReplicaVersion, StandardEngineReplicaVersionRecordSchema, {
      newReplicaVersionId: NEW,
      oldReplicaVersionId: OLD,
      deploymentProgress,
    });
  const engine = set(key, SubnetRecordSchema, { subnetType: SubnetType.CLOUD_ENGINE });
  const changes = registryOf(
    [set(key, SubnetRecordSchema, { replicaVersionId: "own" }), version("own"), version(NEW), version(OLD)],
    [engine],
    [standard(0)],
    [standard(0.211)],
    [standard(0.212)],
    [standard(1)],
    [set(key, SubnetRecordSchema, { subnetType: SubnetType.CLOUD_ENGINE, replicaVersionId: "own" })],
    [set(key, SubnetRecordSchema, { subnetType: SubnetType.SYSTEM })],
    [unset(key)],
    [broken(key)],
  );
  const versions = [0, 1, 3, 4, 5, 6, 7, 9];
  const found = versions.map((at) => getReplicaVersionOfSubnet(changes, subnet, at));
  assert.deepEqual(found, [undefined, "own", OLD, OLD, NEW, NEW, "own", undefined]);
  const records = versions.map((at) => getReplicaVersionRecordOfSubnet(changes, subnet, at)?.releasePackageSha256Hex);
  assert.deepEqual(records, found);
  for (const at of [2, 8, 10]) assert.throws(() => getReplicaVersionOfSubnet(changes, subnet, at), malformed);
  assert.throws(() => getReplicaVersionOfSubnet(changes, subnet, 11), unknown);
  const progress = [2, 3, 6].map((at) => getStandardEngineReplicaVersionRecord(changes, at)?.deploymentProgress);
  assert.deepEqual(progress, [undefined, 0, 1]);
});
