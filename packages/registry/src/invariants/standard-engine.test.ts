import assert from "node:assert/strict";
import { test } from "node:test";
import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  type Mutation,
  put,
  registryKey,
  ReplicaVersionRecordSchema,
  StandardEngineReplicaVersionRecordSchema,
} from "../index.ts";
import { populated, violations } from "../../test/violations.ts";

const version = (id: string, measured: boolean): Mutation =>
  put("upsert", registryKey.replicaVersion(id), ReplicaVersionRecordSchema, {
    ...(measured && { guestLaunchMeasurements: { guestLaunchMeasurements: [{ measurement: new Uint8Array(48) }] } }),
  });
const record = (init: MessageInitShape<typeof StandardEngineReplicaVersionRecordSchema>): Mutation =>
  put("upsert", registryKey.standardEngineReplicaVersion, StandardEngineReplicaVersionRecordSchema, {
    newReplicaVersionId: "new",
    oldReplicaVersionId: "old",
    deploymentProgress: 0.5,
    ...init,
  });

void test("the standard version of engines goes from one measured version to another", () => {
  const { network } = populated();
  network.write([version("new", true), version("old", true), version("bare", false)]);
  for (const deploymentProgress of [0, 0.5, 1]) {
    assert.deepEqual(violations(network, record({ deploymentProgress })), []);
  }
  for (const [init, problem] of [
    [{ deploymentProgress: 1.01 }, /the progress 1\.01/],
    [{ deploymentProgress: -0.1 }, /the progress -0\.1/],
    [{ deploymentProgress: Number.NaN }, /the progress NaN/],
    [{ oldReplicaVersionId: "new" }, /has new for both versions/],
    [{ newReplicaVersionId: "bare" }, /uses bare, which has no launch measurements/],
    [{ oldReplicaVersionId: "bare" }, /uses bare, which has no launch measurements/],
  ] as const) {
    assert.match(violations(network, record(init)).join(), /^standard-engine: /);
    assert.match(violations(network, record(init)).join(), problem);
  }
  for (const init of [{ newReplicaVersionId: "none" }, { oldReplicaVersionId: "none" }]) {
    assert.match(violations(network, record(init)).join(), /^replica-version: .*not elected/);
  }
});

void test("its versions keep their measurements", () => {
  const { network } = populated();
  network.write([version("new", true), version("old", true), record({})]);
  assert.match(violations(network, version("old", false)).join(), /^standard-engine: .* uses old, which has no launch/);
});
