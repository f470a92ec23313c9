import { createHash } from "node:crypto";
import { Principal } from "@icos/certification";
import { registryKey } from "../keys.ts";
import {
  CanisterCyclesCostSchedule,
  SubnetListRecordSchema,
  SubnetRecordSchema,
  SubnetType,
  type SubnetListRecord,
} from "../records.ts";
import { put, remove, type Mutation } from "../state/mutation.ts";
import type { RegistryView } from "../state/view.ts";
import { requireNode } from "./access.ts";
import type { MutationFunction } from "./context.ts";
import { listedSubnets, requireSubnet, requireUnassigned } from "./membership.ts";
import { refuse } from "./refuse.ts";
import { routingAdded, routingRemoved } from "./routing.ts";
import {
  featuresOf,
  resourceLimitsOf,
  SUBNET_TYPES,
  type ResourceLimitsPayload,
  type SubnetFeaturesPayload,
} from "./subnet-fields.ts";
import { requireElected } from "./versions.ts";

export interface CreateSubnetPayload {
  readonly node_ids: readonly Principal[];
  readonly subnet_id_override?: Principal | undefined;
  /** May be blank for a cloud engine, which then runs the standard version of engines. */
  readonly replica_version_id: string;
  readonly subnet_type: keyof typeof SUBNET_TYPES;
  readonly canister_cycles_cost_schedule?: "Normal" | "Free" | undefined;
  readonly subnet_admins?: readonly Principal[] | undefined;
  readonly features: SubnetFeaturesPayload;
  readonly resource_limits?: ResourceLimitsPayload | undefined;
  readonly max_ingress_bytes_per_message: bigint;
  readonly max_ingress_bytes_per_block?: bigint | undefined;
  readonly max_ingress_messages_per_block: bigint;
  readonly max_block_payload_size: bigint;
  readonly unit_delay_millis: bigint;
  readonly initial_notary_delay_millis: bigint;
  readonly dkg_interval_length: bigint;
  readonly dkg_dealings_per_block: bigint;
  readonly max_number_of_canisters: bigint;
  readonly start_as_nns: boolean;
  readonly is_halted: boolean;
  readonly ssh_readonly_access: readonly string[];
  readonly ssh_backup_access: readonly string[];
  /** Chain keys are not supported yet: must be absent. */
  readonly chain_key_config?: unknown;
}

export interface DeleteSubnetPayload {
  readonly subnet_id?: Principal | undefined;
}

/**
 * A subnet from unassigned nodes.
 *
 * Nodes do not generate a threshold key yet, so the threshold key and the catch-up package contents of the subnet are
 * absent, and its id comes from {@link deriveSubnetId} and not from a key.
 */
export const createSubnet: MutationFunction<CreateSubnetPayload, { readonly new_subnet_id: Principal }> = (
  context,
  payload,
) => {
  const { view } = context;
  if (payload.subnet_id_override) throw refuse("subnet-id-override", "A subnet id cannot be chosen.");
  if (payload.chain_key_config !== undefined) {
    throw refuse("chain-keys-unsupported", "Subnets with chain keys are not supported yet.");
  }
  if (payload.node_ids.length === 0) throw refuse("subnet-empty", "A subnet needs at least one node.");
  for (const node of payload.node_ids) {
    requireNode(view, node);
    requireUnassigned(view, node);
  }
  const type = SUBNET_TYPES[payload.subnet_type];
  if (type !== SubnetType.CLOUD_ENGINE || payload.replica_version_id !== "") {
    requireElected(view, payload.replica_version_id);
  }
  const subnet = deriveSubnetId(view.version + 1, payload.node_ids);
  const free = payload.canister_cycles_cost_schedule === "Free";
  const { FREE, NORMAL } = CanisterCyclesCostSchedule;
  const record = put("insert", registryKey.subnetRecord(subnet), SubnetRecordSchema, {
    membership: payload.node_ids.map((id) => id.toUint8Array()),
    maxIngressBytesPerMessage: payload.max_ingress_bytes_per_message,
    unitDelayMillis: payload.unit_delay_millis,
    initialNotaryDelayMillis: payload.initial_notary_delay_millis,
    replicaVersionId: payload.replica_version_id,
    dkgIntervalLength: payload.dkg_interval_length,
    startAsNns: payload.start_as_nns,
    subnetType: type,
    dkgDealingsPerBlock: payload.dkg_dealings_per_block,
    isHalted: payload.is_halted,
    maxIngressMessagesPerBlock: payload.max_ingress_messages_per_block,
    maxBlockPayloadSize: payload.max_block_payload_size,
    features: featuresOf(payload.features),
    ...(payload.resource_limits && { resourceLimits: resourceLimitsOf(payload.resource_limits) }),
    ...(payload.max_ingress_bytes_per_block !== undefined && {
      maxIngressBytesPerBlock: payload.max_ingress_bytes_per_block,
    }),
    subnetAdmins: (payload.subnet_admins ?? []).map((id) => ({ raw: id.toUint8Array() })),
    maxNumberOfCanisters: payload.max_number_of_canisters,
    sshReadonlyAccess: [...payload.ssh_readonly_access],
    sshBackupAccess: [...payload.ssh_backup_access],
    canisterCyclesCostSchedule: free ? FREE : NORMAL,
  });
  const list = subnetList([...listedSubnets(view), subnet]);
  return { mutations: [record, list, ...routingAdded(view, subnet)], reply: { new_subnet_id: subnet } };
};

/** Any subnet but a system subnet. Its nodes become unassigned. */
export const deleteSubnet: MutationFunction<DeleteSubnetPayload, undefined> = (context, { subnet_id: subnet }) => {
  const { view } = context;
  if (!subnet) throw refuse("subnet-unknown", "subnet_id is needed.");
  const record = requireSubnet(view, subnet);
  const listed = listedSubnets(view);
  const rest = listed.filter((id) => id.toText() !== subnet.toText());
  if (rest.length === listed.length) throw refuse("subnet-unknown", `Subnet ${subnet.toText()} is not listed.`);
  if (record.subnetType === SubnetType.SYSTEM) throw refuse("subnet-is-system", "A system subnet cannot be deleted.");
  return {
    mutations: [subnetList(rest), ...subnetRecords(view, subnet), ...routingRemoved(view, subnet)],
    reply: undefined,
  };
};

/**
 * The id of a subnet without a threshold key: of the form of a self-authenticating principal, from the registry
 * version that creates the subnet and its first members. A version creates at most one subnet, so it is unique.
 */
export function deriveSubnetId(version: number, members: readonly Principal[]): Principal {
  const hash = createHash("sha224").update("icos subnet without a threshold key\0").update(`${version}\0`);
  for (const member of members) hash.update(`${member.toText()}\0`);
  return Principal.fromUint8Array(Uint8Array.from([...hash.digest(), 2]));
}

function subnetList(subnets: readonly Principal[]): Mutation {
  const list: Pick<SubnetListRecord, "subnets"> = { subnets: subnets.map((id) => id.toUint8Array()) };
  return put("upsert", registryKey.subnetList, SubnetListRecordSchema, list);
}

function subnetRecords(view: RegistryView, subnet: Principal): Mutation[] {
  const keys = [
    registryKey.subnetRecord(subnet),
    registryKey.catchUpPackageContents(subnet),
    registryKey.thresholdKey(subnet),
    registryKey.firewallRules({ kind: "subnet", subnet }),
  ];
  return keys.filter((key) => view.get(key) !== undefined).map(remove);
}
