import {
  ApiBoundaryNodeRecordSchema,
  CatchUpPackageContentsSchema,
  ChainKeyEnabledSubnetListSchema,
  NodeRecordSchema,
  PublicKeySchema,
  SubnetIdSchema,
  SubnetRecordSchema,
} from "../../src/index.ts";
import { chainKey } from "./forms.ts";
import { type NaiveRules, textOf, unique } from "./naive-registry.ts";

/** Rules about subnets, their keys and members. */
export const SUBNET_RULES: NaiveRules = {
  "chain-key-config": (r) =>
    r.subnets.every(([, { chainKeyConfig }]) => {
      const configs = chainKeyConfig?.keyConfigs ?? [];
      const names = configs.map(({ keyId }) => chainKey(keyId));
      return (
        unique(names) &&
        !names.includes(undefined) &&
        configs.every(
          ({ keyId, maxQueueSize, preSignaturesToCreateInAdvance }) =>
            maxQueueSize !== undefined && (keyId?.keyId.case === "vetkd" || (preSignaturesToCreateInAdvance ?? 0) > 0),
        )
      );
    }),

  "chain-key-subnets": (r) =>
    r.all(ChainKeyEnabledSubnetListSchema, "master_public_key_id_").every(([name, { subnets }]) =>
      subnets.every(({ principalId }) => {
        const record = r.get(SubnetRecordSchema, `subnet_record_${textOf(principalId?.raw)}`);
        return record?.chainKeyConfig?.keyConfigs.some(({ keyId }) => chainKey(keyId) === name) === true;
      }),
    ),

  "subnet-keys": (r) =>
    r.listed.every((id) => {
      const key = r.get(PublicKeySchema, `crypto_threshold_signing_public_key_${id}`);
      const contents = r.get(CatchUpPackageContentsSchema, `catch_up_package_contents_${id}`);
      if (!key && !contents) return !r.rules.requireSubnetKeys;
      if (!key || !contents) return false;
      // The tests' transcripts end in the key and an empty map of receivers.
      const transcript = contents.initialNiDkgTranscriptHighThreshold?.internalCspTranscript ?? new Uint8Array();
      return (
        key.algorithm === 2 && Buffer.from(transcript).includes(Buffer.from(key.keyValue)) && key.keyValue.length === 96
      );
    }),

  assignment: (r) => {
    const members = r.all(SubnetRecordSchema, "subnet_record_").flatMap(([, { membership }]) => membership.map(textOf));
    return r.all(ApiBoundaryNodeRecordSchema, "api_boundary_node_").every(([id]) => !members.includes(id));
  },

  "subnet-list": (r) => {
    const root = textOf(r.get(SubnetIdSchema, "nns_subnet_id")?.principalId?.raw);
    return (
      unique(r.listed) &&
      r.listed.every((id) => r.has(`subnet_record_${id}`)) &&
      [root, ...r.listed].some((id) => r.get(SubnetRecordSchema, `subnet_record_${id}`)?.subnetType === 2)
    );
  },

  "subnet-membership": (r) => {
    const members = r.subnets.map(([, { membership }]) => membership.map(textOf));
    return (
      members.every((ids) => ids.length > 0 && ids.every((id) => r.has(`node_record_${id}`))) && unique(members.flat())
    );
  },

  "subnet-settings": (r) =>
    r.subnets.every(([, subnet]) => {
      const { subnetType: type, canisterCyclesCostSchedule: schedule, features, replicaVersionId } = subnet;
      const nodes = subnet.membership.flatMap((id) => r.get(NodeRecordSchema, `node_record_${textOf(id)}`) ?? []);
      const sev = features?.sevEnabled === true;
      const type4 = nodes.map(({ nodeRewardType }) => (nodeRewardType ?? 0) >= 7);
      return (
        type !== 0 &&
        (schedule !== 2 || type === 1 || type === 5) &&
        (type !== 5 || schedule === 2) &&
        (subnet.subnetAdmins.length === 0 || (schedule === 2 && (type === 1 || type === 5))) &&
        subnet.sshReadonlyAccess.length <= 50 &&
        subnet.sshBackupAccess.length <= 50 &&
        type4.every((is) => is === (type === 5)) &&
        (!sev || nodes.every(({ chipId }) => (chipId?.length ?? 0) > 0)) &&
        (!sev || replicaVersionId === "" || r.measured(replicaVersionId))
      );
    }),
};
