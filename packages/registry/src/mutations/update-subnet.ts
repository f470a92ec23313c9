import { create } from "@bufbuild/protobuf";
import type { Principal } from "@icos/certification";
import { registryKey } from "../keys.ts";
import { PrincipalIdSchema, SubnetRecordSchema, type SubnetRecord } from "../records.ts";
import { put } from "../state/mutation.ts";
import { same } from "./access.ts";
import {
  chainKeyConfigOf,
  signingMutations,
  type ChainKeyConfigPayload,
  type MasterPublicKeyIdPayload,
} from "./chain-keys.ts";
import type { MutationContext, MutationFunction } from "./context.ts";
import { requireSubnet } from "./membership.ts";
import { refuse } from "./refuse.ts";
import {
  featuresOf,
  resourceLimitsOf,
  SUBNET_TYPES,
  type ResourceLimitsPayload,
  type SubnetFeaturesPayload,
} from "./subnet-fields.ts";

/** What is given changes; what is given as a whole (`features`, lists) replaces the whole. */
export interface UpdateSubnetPayload {
  readonly subnet_id: Principal;
  readonly max_ingress_bytes_per_message?: bigint | undefined;
  readonly max_ingress_bytes_per_block?: bigint | undefined;
  readonly max_ingress_messages_per_block?: bigint | undefined;
  readonly max_block_payload_size?: bigint | undefined;
  readonly unit_delay_millis?: bigint | undefined;
  readonly initial_notary_delay_millis?: bigint | undefined;
  readonly dkg_interval_length?: bigint | undefined;
  readonly dkg_dealings_per_block?: bigint | undefined;
  readonly max_number_of_canisters?: bigint | undefined;
  readonly start_as_nns?: boolean | undefined;
  readonly is_halted?: boolean | undefined;
  readonly halt_at_cup_height?: boolean | undefined;
  /** The type that the subnet has: it cannot be changed. */
  readonly subnet_type?: keyof typeof SUBNET_TYPES | undefined;
  /** `sev_enabled` cannot be changed. */
  readonly features?: SubnetFeaturesPayload | undefined;
  readonly resource_limits?: ResourceLimitsPayload | undefined;
  readonly subnet_admins?: readonly Principal[] | undefined;
  readonly ssh_readonly_access?: readonly string[] | undefined;
  readonly ssh_backup_access?: readonly string[] | undefined;
  readonly chain_key_config?: ChainKeyConfigPayload | undefined;
  readonly chain_key_signing_enable?: readonly MasterPublicKeyIdPayload[] | undefined;
  readonly chain_key_signing_disable?: readonly MasterPublicKeyIdPayload[] | undefined;
}

/** What the engine controller may change of a cloud engine. */
const ENGINE_FIELDS: readonly string[] = [
  "subnet_id",
  "is_halted",
  "subnet_admins",
] satisfies (keyof UpdateSubnetPayload)[];

export const updateSubnet: MutationFunction<UpdateSubnetPayload, undefined> = (context, payload) => {
  const { view } = context;
  requireEngineFields(context, payload);
  const record = requireSubnet(view, payload.subnet_id);
  const signing = signingMutations(view, payload.subnet_id, record, {
    enable: payload.chain_key_signing_enable ?? [],
    disable: payload.chain_key_signing_disable ?? [],
  });
  if (payload.chain_key_config) record.chainKeyConfig = chainKeyConfigOf(view, record, payload.chain_key_config);
  changeSettings(record, payload);
  changeAccess(record, payload);
  return {
    mutations: [put("update", registryKey.subnetRecord(payload.subnet_id), SubnetRecordSchema, record), ...signing],
    reply: undefined,
  };
};

function requireEngineFields({ caller, rules }: MutationContext, payload: UpdateSubnetPayload): void {
  if (same(caller, rules.governance)) return;
  const more = Object.entries(payload).filter(
    ([field, value]) => value !== undefined && !ENGINE_FIELDS.includes(field),
  );
  if (more.length === 0) return;
  const fields = more.map(([field]) => field).join(", ");
  throw refuse("engine-controller-fields", `The engine controller may not change ${fields}.`);
}

function changeSettings(record: SubnetRecord, payload: UpdateSubnetPayload): void {
  record.maxIngressBytesPerMessage = payload.max_ingress_bytes_per_message ?? record.maxIngressBytesPerMessage;
  record.maxIngressBytesPerBlock = payload.max_ingress_bytes_per_block ?? record.maxIngressBytesPerBlock;
  record.maxIngressMessagesPerBlock = payload.max_ingress_messages_per_block ?? record.maxIngressMessagesPerBlock;
  record.maxBlockPayloadSize = payload.max_block_payload_size ?? record.maxBlockPayloadSize;
  record.unitDelayMillis = payload.unit_delay_millis ?? record.unitDelayMillis;
  record.initialNotaryDelayMillis = payload.initial_notary_delay_millis ?? record.initialNotaryDelayMillis;
  record.dkgIntervalLength = payload.dkg_interval_length ?? record.dkgIntervalLength;
  record.dkgDealingsPerBlock = payload.dkg_dealings_per_block ?? record.dkgDealingsPerBlock;
  record.maxNumberOfCanisters = payload.max_number_of_canisters ?? record.maxNumberOfCanisters;
  record.startAsNns = payload.start_as_nns ?? record.startAsNns;
  record.isHalted = payload.is_halted ?? record.isHalted;
  record.haltAtCupHeight = payload.halt_at_cup_height ?? record.haltAtCupHeight;
}

function changeAccess(record: SubnetRecord, payload: UpdateSubnetPayload): void {
  const { subnet_type: type, features, resource_limits: limits, subnet_admins: admins } = payload;
  if (type !== undefined && SUBNET_TYPES[type] !== record.subnetType) {
    throw refuse("subnet-type-fixed", "The type of a subnet cannot be changed.");
  }
  if (features) {
    if ((features.sev_enabled ?? false) !== (record.features?.sevEnabled ?? false)) {
      throw refuse("subnet-sev-fixed", "Whether a subnet needs SEV is decided when it is created.");
    }
    record.features = featuresOf(features);
  }
  if (limits) record.resourceLimits = resourceLimitsOf(limits);
  if (admins) record.subnetAdmins = admins.map((id) => create(PrincipalIdSchema, { raw: id.toUint8Array() }));
  if (payload.ssh_readonly_access) record.sshReadonlyAccess = [...payload.ssh_readonly_access];
  if (payload.ssh_backup_access) record.sshBackupAccess = [...payload.ssh_backup_access];
}
