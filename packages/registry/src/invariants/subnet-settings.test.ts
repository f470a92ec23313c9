import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import {
  CanisterCyclesCostSchedule,
  NodeRewardType,
  PrincipalIdSchema,
  put,
  registryKey,
  ReplicaVersionRecordSchema,
  SubnetFeaturesSchema,
  SubnetType,
  type SubnetRecord,
} from "../index.ts";
import { VERSION } from "../../test/network.ts";
import { a, changeNode, changeSubnet, populated, violations } from "../../test/violations.ts";

const { FREE, NORMAL } = CanisterCyclesCostSchedule;
const admins = [create(PrincipalIdSchema, { raw: new Uint8Array(1) })];
const keys = Array.from({ length: 51 }, (_, index) => `key ${index}`);
const version = (measured: boolean) =>
  put("update", registryKey.replicaVersion(VERSION), ReplicaVersionRecordSchema, {
    ...(measured && { guestLaunchMeasurements: { guestLaunchMeasurements: [{ measurement: new Uint8Array(48) }] } }),
  });
const sev = create(SubnetFeaturesSchema, { sevEnabled: true });

for (const [what, change, problem] of [
  [
    "a free application subnet with administrators",
    { canisterCyclesCostSchedule: FREE, subnetAdmins: admins },
    undefined,
  ],
  ["a free system subnet", { subnetType: SubnetType.SYSTEM, canisterCyclesCostSchedule: FREE }, /may not be free/],
  [
    "a free verified application subnet",
    { subnetType: SubnetType.VERIFIED_APPLICATION, canisterCyclesCostSchedule: FREE },
    /may not be free/,
  ],
  ["a subnet without a type", { subnetType: SubnetType.UNSPECIFIED }, /has no type/],
  [
    "administrators of a paid subnet",
    { canisterCyclesCostSchedule: NORMAL, subnetAdmins: admins },
    /may not have administrators/,
  ],
  ["a paid cloud engine", { subnetType: SubnetType.CLOUD_ENGINE }, /must be free/],
  [
    "a cloud engine of other hardware",
    { subnetType: SubnetType.CLOUD_ENGINE, canisterCyclesCostSchedule: FREE },
    /not cloud-engine hardware/,
  ],
  ["SEV without chip ids", { features: sev }, /no chip id/],
  ["50 keys of each kind", { sshReadonlyAccess: keys.slice(1), sshBackupAccess: keys.slice(1) }, undefined],
  ["51 readonly keys", { sshReadonlyAccess: keys }, /ssh_readonly_access/],
  ["51 backup keys", { sshBackupAccess: keys }, /ssh_backup_access/],
] as const satisfies readonly (readonly [string, Partial<SubnetRecord>, RegExp | undefined])[]) {
  void test(`${what}: ${problem ? "refused" : "good"}`, () => {
    const { network, subnet } = populated();
    const found = violations(network, changeSubnet(network, subnet, change)).join();
    if (problem) assert.match(found, problem);
    assert.equal(found.startsWith("subnet-settings: "), problem !== undefined);
  });
}

void test("cloud-engine hardware is for cloud engines; a chip id is enough for SEV", () => {
  const { network, subnet } = populated();
  network.write([changeNode(network, a, { chipId: Buffer.from("chip") }), version(true)]);
  assert.deepEqual(violations(network, changeSubnet(network, subnet, { features: sev })), []);
  const hardware = changeNode(network, a, { nodeRewardType: NodeRewardType.TYPE4DOT1 });
  assert.match(violations(network, hardware).join(), /is cloud-engine hardware; take the node out first/);
  const engine = { subnetType: SubnetType.CLOUD_ENGINE, canisterCyclesCostSchedule: FREE };
  assert.deepEqual(violations(network, hardware, changeSubnet(network, subnet, engine)), []);
});

void test("every reward type is hardware either for cloud engines or for other subnets", () => {
  const { network, subnet } = populated();
  const engine = changeSubnet(network, subnet, {
    subnetType: SubnetType.CLOUD_ENGINE,
    canisterCyclesCostSchedule: FREE,
    subnetAdmins: admins,
  });
  for (const [type, forEngines] of [
    ["UNSPECIFIED", false],
    ["TYPE0", false],
    ["TYPE1", false],
    ["TYPE2", false],
    ["TYPE3", false],
    ["TYPE3DOT1", false],
    ["TYPE1DOT1", false],
    ["TYPE4", true],
    ["TYPE4DOT1", true],
    ["TYPE4DOT2", true],
    ["TYPE4DOT3", true],
    ["TYPE4DOT4", true],
    ["TYPE4DOT5", true],
  ] as const) {
    const node = changeNode(network, a, { nodeRewardType: NodeRewardType[type] });
    assert.equal(violations(network, node, engine).length, forEngines ? 0 : 1, type);
    assert.equal(violations(network, node).length, forEngines ? 1 : 0, type);
  }
});

void test("an SEV subnet keeps chip ids and a measured version, whichever record changes", () => {
  const { network, subnet } = populated();
  const sevOn = changeSubnet(network, subnet, { features: sev });
  network.write([changeNode(network, a, { chipId: Buffer.from("chip") })]);
  assert.match(violations(network, sevOn).join(), /^subnet-settings: .* version v1 has no launch measurements/);
  network.write([version(true), sevOn]);
  assert.match(
    violations(network, version(false)).join(),
    /^subnet-settings: .* version v1 has no launch measurements/,
  );
  const withoutChip = changeNode(network, a, { chipId: undefined });
  assert.match(violations(network, withoutChip).join(), /^subnet-settings: .* has no chip id; take the node out first/);
});
