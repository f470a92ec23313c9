import type { Principal } from "@icos/certification";
import { registryKey } from "../keys.ts";
import { NodeOperatorRecordSchema, NodeRecordSchema, type NodeOperatorRecord } from "../records.ts";
import { put, remove, type Mutation } from "../state/mutation.ts";
import { readRecord, type RegistryView } from "../state/view.ts";
import { chargeOperator, providerOf, requireOperator, same } from "./access.ts";
import { MAX_ALLOWANCE } from "./allowance.ts";
import type { MutationContext, MutationFunction } from "./context.ts";
import { requireDistinct } from "./operators.ts";
import { refuse } from "./refuse.ts";

export interface UpdateNodeOperatorConfigDirectlyPayload {
  readonly node_operator_id?: Principal | undefined;
  readonly node_provider_id?: Principal | undefined;
}

export interface MigrateNodeOperatorPayload {
  readonly new_node_operator_id?: Principal | undefined;
  readonly old_node_operator_id?: Principal | undefined;
}

const HOUR = 3_600_000_000_000n;
/** How long a record must have been as it is before it can be migrated: upstream's guard against endless migrations. */
const SETTLED = 12n * HOUR;
const MAX_COUNT = 0xffff_ffff;

/** A provider hands one of its operators over to another provider. */
export const updateNodeOperatorConfigDirectly: MutationFunction<UpdateNodeOperatorConfigDirectlyPayload, undefined> = (
  context,
  { node_operator_id: operator, node_provider_id: provider },
) => {
  if (!operator || !provider) {
    throw refuse("operator-incomplete", "node_operator_id and node_provider_id are needed.");
  }
  const record = requireOperator(context.view, operator);
  chargeOperator(context, operator, record);
  requireDistinct(operator, provider);
  record.nodeProviderPrincipalId = provider.toUint8Array();
  const key = registryKey.nodeOperatorRecord(operator);
  return { mutations: [put("update", key, NodeOperatorRecordSchema, record)], reply: undefined };
};

/** Quota and nodes of an operator go to another one of the same provider and data centre; the old record goes. */
export const migrateNodeOperatorDirectly: MutationFunction<MigrateNodeOperatorPayload, undefined> = (
  context,
  { old_node_operator_id: old, new_node_operator_id: next },
) => {
  const { view } = context;
  if (!old || !next) {
    throw refuse("operator-incomplete", "old_node_operator_id and new_node_operator_id are needed.");
  }
  if (same(old, next)) throw refuse("operator-same", "The old and the new operator must be different principals.");
  const source = requireOperator(view, old);
  requireSettled(context, old);
  const target = readRecord(view, NodeOperatorRecordSchema, registryKey.nodeOperatorRecord(next));
  if (target) requireSameHome(source, target);
  else requireDistinct(next, providerOf(source));
  return {
    mutations: [
      put("upsert", registryKey.nodeOperatorRecord(next), NodeOperatorRecordSchema, merged(source, target, next)),
      remove(registryKey.nodeOperatorRecord(old)),
      ...nodesHandedOver(view, old, next),
    ],
    reply: undefined,
  };
};

/** Counted from the last change of the record, whatever it was; so every node that is added or removed counts. */
function requireSettled({ view, time }: MutationContext, operator: Principal): void {
  const age = time - (view.writtenAt(registryKey.nodeOperatorRecord(operator)) ?? time);
  if (age >= SETTLED) return;
  throw refuse(
    "operator-too-recent",
    `The record of operator ${operator.toText()} has changed in the last ${SETTLED / HOUR} hours, so it stays for now.`,
  );
}

function requireSameHome(source: NodeOperatorRecord, target: NodeOperatorRecord): void {
  if (!same(providerOf(source), providerOf(target))) {
    throw refuse("operator-provider-mismatch", "The two operators belong to different providers.");
  }
  if (source.dcId.toLowerCase() !== target.dcId.toLowerCase()) {
    throw refuse(
      "operator-data-center-mismatch",
      `The two operators are in different data centres: ${source.dcId} and ${target.dcId}.`,
    );
  }
}

function merged(source: NodeOperatorRecord, target: NodeOperatorRecord | undefined, next: Principal) {
  const { nodeProviderPrincipalId, dcId, nodeAllowance, rewardableNodes, maxRewardableNodes, ipv6 } = source;
  const sum = nodeAllowance + (target?.nodeAllowance ?? 0n);
  return {
    nodeOperatorPrincipalId: next.toUint8Array(),
    nodeProviderPrincipalId,
    dcId: dcId.toLowerCase(),
    nodeAllowance: sum > MAX_ALLOWANCE ? MAX_ALLOWANCE : sum,
    rewardableNodes: summed(rewardableNodes, target?.rewardableNodes),
    maxRewardableNodes: summed(maxRewardableNodes, target?.maxRewardableNodes),
    ...(ipv6 !== undefined && { ipv6 }),
  };
}

function summed(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>> = {}): Record<string, number> {
  const sums: Record<string, number> = { ...b };
  for (const [type, count] of Object.entries(a)) sums[type] = Math.min(MAX_COUNT, (sums[type] ?? 0) + count);
  return sums;
}

function nodesHandedOver(view: RegistryView, from: Principal, to: Principal): Mutation[] {
  return view.holders("nodeOperator", from.toText()).flatMap((key) => {
    const record = readRecord(view, NodeRecordSchema, key);
    if (!record) return [];
    return [put("update", key, NodeRecordSchema, { ...record, nodeOperatorId: to.toUint8Array() })];
  });
}
