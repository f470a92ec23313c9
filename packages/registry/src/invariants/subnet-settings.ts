import { KeyPrefix } from "../keys.ts";
import { isListedSubnet } from "../mutations/membership.ts";
import { principalText } from "../principal-text.ts";
import {
  CanisterCyclesCostSchedule,
  NodeRecordSchema,
  NodeRewardType,
  SubnetRecordSchema,
  SubnetType,
  type SubnetRecord,
} from "../records.ts";
import { readRecord, type RegistryView } from "../state/view.ts";
import { hasLaunchMeasurements } from "./replica-version.ts";
import { changedIds, type Invariant, type RegistryTransition, subnetsOf, touchedSubnets } from "./invariant.ts";

export const MAX_SSH_KEYS = 50;

/** What a listed subnet's type, cost schedule, hardware, version, administrators and SSH keys allow of each other. */
export const subnetSettingsInvariant: Invariant = {
  name: "subnet-settings",
  *check(transition) {
    const { after } = transition;
    const subnets = touchedSubnets(transition);
    for (const subnet of subnets) {
      const record = readRecord(after, SubnetRecordSchema, KeyPrefix.subnetRecord + subnet);
      if (!record) continue;
      const members = record.membership.map(principalText);
      for (const problem of [...problemsOf(record), ...hardwareProblems(record, members, after)]) {
        yield `${KeyPrefix.subnetRecord}${subnet} ${problem}.`;
      }
      if (lacksMeasurements(after, record)) yield withoutMeasurements(subnet, record);
    }
    yield* nodeProblems(transition, subnets);
    yield* versionProblems(transition, subnets);
  },
};

/** Of nodes that change under a subnet that does not. */
function* nodeProblems(transition: RegistryTransition, checked: ReadonlySet<string>): Iterable<string> {
  const { after } = transition;
  for (const node of changedIds(transition, KeyPrefix.nodeRecord)) {
    for (const subnet of subnetsOf(after, node)) {
      const record = readRecord(after, SubnetRecordSchema, KeyPrefix.subnetRecord + subnet);
      if (!record || checked.has(subnet)) continue;
      for (const problem of hardwareProblems(record, [node], after)) {
        yield `${KeyPrefix.subnetRecord}${subnet} ${problem}; take the node out first.`;
      }
    }
  }
}

/** Of versions that lose their launch measurements. */
function* versionProblems(transition: RegistryTransition, checked: ReadonlySet<string>): Iterable<string> {
  const { after } = transition;
  for (const version of changedIds(transition, KeyPrefix.replicaVersion)) {
    for (const key of hasLaunchMeasurements(after, version) ? [] : after.holders("replicaVersionUser", version)) {
      const subnet = key.startsWith(KeyPrefix.subnetRecord) ? key.slice(KeyPrefix.subnetRecord.length) : "";
      if (checked.has(subnet) || !isListedSubnet(after, subnet)) continue;
      const record = readRecord(after, SubnetRecordSchema, key);
      if (record && lacksMeasurements(after, record)) yield withoutMeasurements(subnet, record);
    }
  }
}

function* problemsOf(record: SubnetRecord): Iterable<string> {
  const engine = record.subnetType === SubnetType.CLOUD_ENGINE;
  const free = record.canisterCyclesCostSchedule === CanisterCyclesCostSchedule.FREE;
  const mayBeFree = engine || record.subnetType === SubnetType.APPLICATION;
  if (record.subnetType === SubnetType.UNSPECIFIED) yield "has no type";
  if (free && !mayBeFree) yield "may not be free: only application subnets and cloud engines are";
  if (engine && !free) yield "is a cloud engine and must be free";
  if (record.subnetAdmins.length > 0 && !(free && mayBeFree)) {
    yield "may not have administrators: only free application subnets and cloud engines do";
  }
  for (const [name, keys] of [
    ["ssh_readonly_access", record.sshReadonlyAccess],
    ["ssh_backup_access", record.sshBackupAccess],
  ] as const) {
    if (keys.length > MAX_SSH_KEYS) yield `has ${keys.length} keys in ${name}, more than ${MAX_SSH_KEYS}`;
  }
}

function* hardwareProblems(record: SubnetRecord, members: readonly string[], view: RegistryView): Iterable<string> {
  const engine = record.subnetType === SubnetType.CLOUD_ENGINE;
  for (const member of members) {
    const node = readRecord(view, NodeRecordSchema, KeyPrefix.nodeRecord + member);
    if (!node) continue;
    if (isCloudHardware(node.nodeRewardType) !== engine) {
      yield engine
        ? `is a cloud engine, but node ${member} is not cloud-engine hardware`
        : `is not a cloud engine, but node ${member} is cloud-engine hardware`;
    }
    if (record.features?.sevEnabled === true && !node.chipId?.length) {
      yield `needs SEV, but node ${member} has no chip id`;
    }
  }
}

function isCloudHardware(type: NodeRewardType | undefined): boolean {
  return type !== undefined && type >= NodeRewardType.TYPE4 && type <= NodeRewardType.TYPE4DOT5;
}

/** Nodes of an SEV subnet can hand their keys on only to versions that are measured. */
function lacksMeasurements(view: RegistryView, { features, replicaVersionId }: SubnetRecord): boolean {
  return features?.sevEnabled === true && replicaVersionId !== "" && !hasLaunchMeasurements(view, replicaVersionId);
}

function withoutMeasurements(subnet: string, { replicaVersionId }: SubnetRecord): string {
  return `${KeyPrefix.subnetRecord}${subnet} needs SEV, but version ${replicaVersionId} has no launch measurements.`;
}
