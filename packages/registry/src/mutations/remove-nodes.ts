import { Principal } from "@icos/certification";
import { KeyPurpose, registryKey } from "../keys.ts";
import { NodeRecordSchema } from "../records.ts";
import { remove, type Mutation } from "../state/mutation.ts";
import { readRecord, type RegistryView } from "../state/view.ts";
import { chargeOperator, requireNode, requireOperator } from "./access.ts";
import { addToCount, allowanceMutations } from "./allowance.ts";
import type { MutationFunction } from "./context.ts";
import { requireUnassigned } from "./membership.ts";

export interface RemoveNodeDirectlyPayload {
  readonly node_id: Principal;
}

export interface RemoveNodesPayload {
  readonly node_ids: readonly Principal[];
}

/** An operator takes its own node out of the network. */
export const removeNodeDirectly: MutationFunction<RemoveNodeDirectlyPayload, undefined> = (context, { node_id }) => {
  const { view } = context;
  const record = requireNode(view, node_id);
  const owner = Principal.fromUint8Array(record.nodeOperatorId);
  chargeOperator(context, owner, requireOperator(view, owner));
  requireUnassigned(view, node_id);
  const mutations = [...nodeRemovals(view, node_id), ...allowanceMutations(view, new Map([[owner.toText(), 1]]))];
  return { mutations, reply: undefined };
};

/** Governance takes nodes out of the network; ids that are not in the registry (any more) are skipped. */
export const removeNodes: MutationFunction<RemoveNodesPayload, undefined> = (context, { node_ids }) => {
  const { view } = context;
  const allowances = new Map<string, number>();
  const mutations: Mutation[] = [];
  for (const text of new Set(node_ids.map((id) => id.toText()))) {
    const node = Principal.fromText(text);
    const record = readRecord(view, NodeRecordSchema, registryKey.nodeRecord(node));
    if (!record) continue;
    requireUnassigned(view, node);
    mutations.push(...nodeRemovals(view, node));
    addToCount(allowances, Principal.fromUint8Array(record.nodeOperatorId).toText(), 1);
  }
  return { mutations: [...mutations, ...allowanceMutations(view, allowances)], reply: undefined };
};

/** Deletes everything the registry says about the node. */
export function nodeRemovals(view: RegistryView, node: Principal): Mutation[] {
  const keys = [
    registryKey.nodeRecord(node),
    ...Object.values(KeyPurpose).map((purpose) => registryKey.cryptoRecord(node, purpose)),
    registryKey.tlsCertificate(node),
    registryKey.firewallRules({ kind: "node", node }),
  ];
  return keys.filter((key) => view.get(key) !== undefined).map(remove);
}
