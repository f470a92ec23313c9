import { Principal } from "@icos/certification";
import { comparableIp } from "../ip-address.ts";
import { KeyPrefix, principalOfKey, registryKey } from "../keys.ts";
import { remove, type Mutation } from "../state/mutation.ts";
import { requireMayRemoveNode, requireNode } from "./access.ts";
import type { MutationContext } from "./context.ts";
import { isApiBoundaryNode, requireUnassigned, subnetsOfNode } from "./membership.ts";
import { refuse } from "./refuse.ts";
import { nodeRemovals } from "./remove-nodes.ts";

/** A node that gives way to a new one at its address. */
export interface Replacement {
  /** Its node record key. */
  readonly key: string;
  /** Its operator, in textual form. */
  readonly operator: string;
  readonly mutations: readonly Mutation[];
}

/**
 * What happens to the nodes at the http address of a node that joins. One: its place at the API boundary goes to the
 * new node. Several: each must be unassigned. A member of a subnet, and a node of somebody else, blocks the address.
 */
export function replaceNodesAt(context: MutationContext, httpIp: string, newNode: Principal): Replacement[] {
  const { view } = context;
  const holders = view.holders("httpIp", comparableIp(httpIp));
  return holders.flatMap((key) => {
    const node = principalOfKey(KeyPrefix.nodeRecord, key);
    if (!node) return [];
    const record = requireNode(view, node);
    requireMayRemoveNode(context, node);
    const move = holders.length === 1 && isApiBoundaryNode(view, node) ? moveApiBoundary(context, node, newNode) : [];
    if (move.length === 0) requireUnassigned(view, node);
    return {
      key,
      operator: Principal.fromUint8Array(record.nodeOperatorId).toText(),
      mutations: [...nodeRemovals(view, node), ...move],
    };
  });
}

function moveApiBoundary({ view }: MutationContext, from: Principal, to: Principal): Mutation[] {
  if (subnetsOfNode(view, from).length > 0) {
    throw refuse("node-assigned", `Node ${from.toText()} is a member of a subnet.`, { node: from.toText() });
  }
  const value = view.get(registryKey.apiBoundaryNode(from));
  if (value === undefined) return [];
  return [remove(registryKey.apiBoundaryNode(from)), { kind: "insert", key: registryKey.apiBoundaryNode(to), value }];
}
