import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import {
  CanisterCyclesCostSchedule,
  NodeRewardType,
  PrincipalIdSchema,
  SubnetFeaturesSchema,
  SubnetType,
  type SubnetRecord,
} from "../index.ts";
import { a, changeNode, changeSubnet, populated, violations } from "../../test/violations.ts";

const { FREE, NORMAL } = CanisterCyclesCostSchedule;
const admins = [create(PrincipalIdSchema, { raw: new Uint8Array(1) })];
const keys = Array.from({ length: 51 }, (_, index) => `key ${index}`);
const sev = create(SubnetFeaturesSchema, { sevEnabled: true });

for (const [what, change, problem] of [
  [
    "a free application subnet with administrators",
    { canisterCyclesCostSchedule: FREE, subnetAdmins: admins },
    undefined,
  ],
  ["a free system subnet", { subnetType: SubnetType.SYSTEM, canisterCyclesCostSchedule: FREE }, /may not be free/],
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
  network.write([changeNode(network, a, { chipId: Buffer.from("chip") })]);
  assert.deepEqual(violations(network, changeSubnet(network, subnet, { features: sev })), []);
  network.write([changeNode(network, a, { nodeRewardType: NodeRewardType.TYPE4DOT1 })]);
  assert.match(violations(network, changeSubnet(network, subnet, {})).join(), /is cloud-engine hardware/);
  const engine = { subnetType: SubnetType.CLOUD_ENGINE, canisterCyclesCostSchedule: FREE };
  assert.deepEqual(violations(network, changeSubnet(network, subnet, engine)), []);
});
