import { isIPv6 } from "node:net";
import { Principal } from "@icos/certification";
import { registryKey } from "../keys.ts";
import { NodeOperatorRecordSchema } from "../records.ts";
import { put, remove } from "../state/mutation.ts";
import { requireOperator } from "./access.ts";
import type { MutationFunction } from "./context.ts";
import { refuse } from "./refuse.ts";

/** Reward type to number of nodes, as candid has maps. */
export type NodeCounts = readonly (readonly [string, number])[];

export interface AddNodeOperatorPayload {
  readonly node_operator_principal_id?: Principal | undefined;
  readonly node_provider_principal_id?: Principal | undefined;
  /** How many nodes the operator may still add. */
  readonly node_allowance: bigint;
  readonly dc_id: string;
  readonly rewardable_nodes: NodeCounts;
  readonly max_rewardable_nodes?: NodeCounts | undefined;
  readonly ipv6?: string | undefined;
}

export interface UpdateNodeOperatorConfigPayload {
  readonly node_operator_id?: Principal | undefined;
  readonly node_provider_id?: Principal | undefined;
  readonly node_allowance?: bigint | undefined;
  readonly dc_id?: string | undefined;
  /** In place of the old counts; empty leaves them. A count of 0 takes the type out. */
  readonly rewardable_nodes: NodeCounts;
  readonly max_rewardable_nodes?: NodeCounts | undefined;
  readonly ipv6?: string | undefined;
  /** Wins over `ipv6`. */
  readonly set_ipv6_to_none?: boolean | undefined;
}

export interface RemoveNodeOperatorsPayload {
  /** Older callers: principals as bytes. */
  readonly node_operators_to_remove: readonly Uint8Array[];
  readonly node_operator_principals_to_remove?: { readonly principals: readonly Principal[] } | undefined;
}

export const addNodeOperator: MutationFunction<AddNodeOperatorPayload, undefined> = (_context, payload) => {
  const operator = payload.node_operator_principal_id;
  const provider = payload.node_provider_principal_id;
  if (!operator || !provider)
    throw refuse("operator-incomplete", "The operator's and the provider's principal are needed.");
  requireDistinct(operator, provider);
  if (payload.ipv6 !== undefined) checkFullIpv6(payload.ipv6);
  const record = put("insert", registryKey.nodeOperatorRecord(operator), NodeOperatorRecordSchema, {
    nodeOperatorPrincipalId: operator.toUint8Array(),
    nodeProviderPrincipalId: provider.toUint8Array(),
    nodeAllowance: payload.node_allowance,
    dcId: payload.dc_id.toLowerCase(),
    rewardableNodes: countsOf(payload.rewardable_nodes),
    maxRewardableNodes: countsOf(payload.max_rewardable_nodes ?? []),
    ...(payload.ipv6 !== undefined && { ipv6: payload.ipv6 }),
  });
  return { mutations: [record], reply: undefined };
};

export const updateNodeOperatorConfig: MutationFunction<UpdateNodeOperatorConfigPayload, undefined> = (
  context,
  payload,
) => {
  const operator = payload.node_operator_id;
  if (!operator) throw refuse("operator-incomplete", "node_operator_id is needed.");
  const record = requireOperator(context.view, operator);
  if (payload.node_provider_id) {
    requireDistinct(operator, payload.node_provider_id);
    record.nodeProviderPrincipalId = payload.node_provider_id.toUint8Array();
  }
  if (payload.node_allowance !== undefined) record.nodeAllowance = payload.node_allowance;
  // Upstream keeps the case as given here, unlike when it adds an operator.
  if (payload.dc_id !== undefined) record.dcId = payload.dc_id.toLowerCase();
  if (payload.rewardable_nodes.length > 0) record.rewardableNodes = countsOf(payload.rewardable_nodes);
  if (payload.max_rewardable_nodes?.length) {
    record.maxRewardableNodes = countsOf(payload.max_rewardable_nodes);
  }
  if (payload.set_ipv6_to_none === true) delete record.ipv6;
  else if (payload.ipv6 !== undefined) {
    checkFullIpv6(payload.ipv6);
    record.ipv6 = payload.ipv6;
  }
  const key = registryKey.nodeOperatorRecord(operator);
  return { mutations: [put("update", key, NodeOperatorRecordSchema, record)], reply: undefined };
};

/** Unknown operators, and operators that still have nodes, are skipped. */
export const removeNodeOperators: MutationFunction<RemoveNodeOperatorsPayload, undefined> = (context, payload) => {
  const { view } = context;
  const principals = payload.node_operator_principals_to_remove?.principals ?? [];
  if (principals.length > 0 && payload.node_operators_to_remove.length > 0) {
    throw refuse("operators-given-twice", "Name the operators either as principals or as bytes, not both.");
  }
  const all = [...principals, ...payload.node_operators_to_remove.map((bytes) => Principal.fromUint8Array(bytes))];
  const keys = new Set(
    all
      .filter((operator) => view.holders("nodeOperator", operator.toText()).length === 0)
      .map((operator) => registryKey.nodeOperatorRecord(operator))
      .filter((key) => view.get(key) !== undefined),
  );
  return { mutations: [...keys].map(remove), reply: undefined };
};

/** The rule that an operator is not its own provider. */
export function requireDistinct(operator: Principal, provider: Principal): void {
  if (operator.toText() === provider.toText()) {
    throw refuse("operator-is-provider", "The node operator and the node provider must be different principals.");
  }
}

/** None of a type is the same as no entry, so that counts can be emptied although an empty list leaves them. */
function countsOf(counts: NodeCounts): Record<string, number> {
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

function checkFullIpv6(text: string): void {
  if (!isIPv6(text) || text.split(":").length !== 8 || text.includes("::")) {
    throw refuse("ipv6-malformed", `"${text}" is not an IPv6 address with all eight groups.`);
  }
}
