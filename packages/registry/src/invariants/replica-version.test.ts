import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ApiBoundaryNodeRecordSchema,
  CanisterCyclesCostSchedule,
  NodeRewardType,
  put,
  registryKey,
  remove,
  ReplicaVersionRecordSchema,
  StandardEngineReplicaVersionRecordSchema,
  SubnetRecordSchema,
  SubnetType,
  UnassignedNodesConfigRecordSchema,
} from "../index.ts";
import { person, VERSION } from "../../test/network.ts";
import { a, b, changeNode, changeSubnet, populated, violations } from "../../test/violations.ts";

const measured = { guestLaunchMeasurements: { guestLaunchMeasurements: [{ measurement: new Uint8Array(48) }] } };

void test("a version in use is elected, whoever uses it", () => {
  const { network, subnet } = populated();
  const gone = violations(network, remove(registryKey.replicaVersion(VERSION)));
  assert.match(gone.join(), /^replica-version: replica_version_v1 cannot go while/);
  const unknown = changeSubnet(network, subnet, { replicaVersionId: "v9" });
  assert.match(violations(network, unknown).join(), /^replica-version: subnet_record_.* uses version v9/);
  const boundary = put("insert", registryKey.apiBoundaryNode(b), ApiBoundaryNodeRecordSchema, { version: "v9" });
  assert.match(
    violations(network, changeNode(network, b, { domain: "b.example" }), boundary).join(),
    /^replica-version: api_boundary_node_.* uses version v9/,
  );
  const unassigned = { replicaVersion: "v9" };
  const config = put("update", registryKey.unassignedNodesConfig, UnassignedNodesConfigRecordSchema, unassigned);
  assert.match(violations(network, config).join(), /^replica-version: unassigned_nodes_config uses version v9/);
});

void test("only a cloud engine names no version, and only while there is a standard one", () => {
  const { network, subnet } = populated();
  const none = { replicaVersionId: "" };
  assert.match(violations(network, changeSubnet(network, subnet, none)).join(), /only a cloud engine may/);
  const config = put("update", registryKey.unassignedNodesConfig, UnassignedNodesConfigRecordSchema, {});
  assert.match(violations(network, config).join(), /only a cloud engine may/);
  network.write([
    changeNode(network, a, { nodeRewardType: NodeRewardType.TYPE4 }),
    changeSubnet(network, subnet, {
      subnetType: SubnetType.CLOUD_ENGINE,
      canisterCyclesCostSchedule: CanisterCyclesCostSchedule.FREE,
    }),
    ...["v2", "v3"].map((version) =>
      put("insert", registryKey.replicaVersion(version), ReplicaVersionRecordSchema, measured),
    ),
  ]);
  const engine = changeSubnet(network, subnet, none);
  assert.match(violations(network, engine).join(), /^replica-version: .*there is no standard_engine_replica_version/);
  const key = registryKey.standardEngineReplicaVersion;
  const versions = { newReplicaVersionId: "v3", oldReplicaVersionId: "v2" };
  network.write([put("insert", key, StandardEngineReplicaVersionRecordSchema, versions), engine]);
  assert.match(violations(network, remove(key)).join(), /^replica-version: subnet_record_.* names no version/);
  assert.match(violations(network, remove(registryKey.replicaVersion("v2"))).join(), /cannot go while standard_engine/);
});

void test("a subnet that is not listed does not hold its version", () => {
  const { network } = populated();
  const record = { membership: [], replicaVersionId: "gone" };
  const unlisted = put("insert", registryKey.subnetRecord(person("subnet")), SubnetRecordSchema, record);
  assert.deepEqual(violations(network, unlisted), []);
});

void test("launch measurements have 48 bytes each, and there are some", () => {
  const { network } = populated();
  const version = (...sizes: number[]) =>
    violations(
      network,
      put("insert", registryKey.replicaVersion("v2"), ReplicaVersionRecordSchema, {
        guestLaunchMeasurements: {
          guestLaunchMeasurements: sizes.map((size) => ({ measurement: new Uint8Array(size) })),
        },
      }),
    ).join();
  assert.equal(version(48, 48), "");
  assert.match(version(), /empty list of launch measurements/);
  assert.match(version(48, 47), /a launch measurement of 47 bytes/);
});

void test("a launch measurement has a kernel command line of 100 KiB at most", () => {
  const { network } = populated();
  const version = (bytes: number) => {
    const measurement = { measurement: new Uint8Array(48), metadata: { kernelCmdline: "x".repeat(bytes) } };
    const guestLaunchMeasurements = { guestLaunchMeasurements: [measurement] };
    const record = put("insert", registryKey.replicaVersion("v2"), ReplicaVersionRecordSchema, {
      guestLaunchMeasurements,
    });
    return violations(network, record).join();
  };
  assert.equal(version(102_400), "");
  assert.match(version(102_401), /^replica-version: .*a kernel command line of more than 102400 bytes/);
});

void test("an elected version has an id", () => {
  const { network } = populated();
  for (const id of ["", " "]) {
    const record = put("insert", `replica_version_${id}`, ReplicaVersionRecordSchema, {});
    assert.match(violations(network, record).join(), /^replica-version: An elected version has a blank id/);
  }
});

void test("package hash and URLs come together and are well formed", () => {
  const { network } = populated();
  const version = (releasePackageSha256Hex: string, ...releasePackageUrls: string[]) =>
    violations(
      network,
      put("insert", registryKey.replicaVersion("v2"), ReplicaVersionRecordSchema, {
        releasePackageSha256Hex,
        releasePackageUrls,
      }),
    ).join();
  const hash = "0f".repeat(32);
  assert.equal(version(hash, "https://x.example/a"), "");
  assert.equal(version(""), "");
  assert.match(version(hash), /only one of package hash and URLs/);
  assert.match(version("", "https://x.example/a"), /only one of package hash and URLs/);
  for (const wrong of ["0f", "0f".repeat(31), "0f".repeat(33), "0g".repeat(32)])
    assert.match(version(wrong, "https://x.example/a"), /for a SHA-256/);
  assert.match(version(hash, "https://x.example/a", "no URL"), /for a download URL/);
  assert.match(version(hash, "file:///a"), /for a download URL/);
});
