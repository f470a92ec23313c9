import { Principal } from "@icos/certification";
import { registryKey } from "../keys.ts";
import {
  CanisterCyclesCostSchedule,
  NodeRecordSchema,
  NodeRewardType,
  SubnetRecordSchema,
  SubnetType,
  type SubnetRecord,
} from "../records.ts";
import { readRecord, type RegistryView } from "../state/view.ts";
import { type Invariant, touchedSubnets } from "./invariant.ts";

export const MAX_SSH_KEYS = 50;

/** What a listed subnet's type, cost schedule, hardware, administrators and SSH keys allow of each other. */
export const subnetSettingsInvariant: Invariant = {
  name: "subnet-settings",
  *check(transition) {
    for (const subnet of touchedSubnets(transition)) {
      const key = registryKey.subnetRecord(subnet);
      const record = readRecord(transition.after, SubnetRecordSchema, key);
      if (!record) continue;
      for (const problem of problemsOf(record)) yield `${key} ${problem}.`;
      for (const problem of hardwareProblems(record, transition.after)) yield `${key} ${problem}.`;
    }
  },
};

function* problemsOf(record: SubnetRecord): Iterable<string> {
  const engine = record.subnetType === SubnetType.CLOUD_ENGINE;
  const free = record.canisterCyclesCostSchedule === CanisterCyclesCostSchedule.FREE;
  if (record.subnetType === SubnetType.UNSPECIFIED) yield "has no type";
  if (free && !engine && record.subnetType !== SubnetType.APPLICATION) {
    yield "may not be free: only application subnets and cloud engines are";
  }
  if (engine && !free) yield "is a cloud engine and must be free";
  if (record.subnetAdmins.length > 0 && !free) yield "may not have administrators: it is not free";
  if (record.sshReadonlyAccess.length > MAX_SSH_KEYS) yield `has more than ${MAX_SSH_KEYS} keys in ssh_readonly_access`;
  if (record.sshBackupAccess.length > MAX_SSH_KEYS) yield `has more than ${MAX_SSH_KEYS} keys in ssh_backup_access`;
}

function* hardwareProblems(record: SubnetRecord, view: RegistryView): Iterable<string> {
  const engine = record.subnetType === SubnetType.CLOUD_ENGINE;
  for (const id of record.membership) {
    const member = Principal.fromUint8Array(id);
    const node = readRecord(view, NodeRecordSchema, registryKey.nodeRecord(member));
    if (!node) continue;
    if (isCloudHardware(node.nodeRewardType) !== engine) {
      yield engine
        ? `is a cloud engine, but node ${member.toText()} is not cloud-engine hardware`
        : `is not a cloud engine, but node ${member.toText()} is cloud-engine hardware`;
    }
    if (record.features?.sevEnabled === true && !node.chipId?.length) {
      yield `needs SEV, but node ${member.toText()} has no chip id`;
    }
  }
}

function isCloudHardware(type: NodeRewardType | undefined): boolean {
  return type !== undefined && type >= NodeRewardType.TYPE4 && type <= NodeRewardType.TYPE4DOT5;
}
