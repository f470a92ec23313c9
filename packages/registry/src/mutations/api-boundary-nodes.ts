import type { Principal } from "@icos/certification";
import { registryKey } from "../keys.ts";
import { ApiBoundaryNodeRecordSchema } from "../records.ts";
import { put, remove } from "../state/mutation.ts";
import type { RegistryView } from "../state/view.ts";
import { requireNode } from "./access.ts";
import type { MutationFunction } from "./context.ts";
import { distinct, isApiBoundaryNode, requireUnassigned } from "./membership.ts";
import { refuse } from "./refuse.ts";
import { requireElected } from "./versions.ts";

export interface AddApiBoundaryNodesPayload {
  readonly version: string;
  readonly node_ids: readonly Principal[];
}

export interface RemoveApiBoundaryNodesPayload {
  readonly node_ids: readonly Principal[];
}

export interface DeployGuestosToSomeApiBoundaryNodesPayload {
  readonly version: string;
  readonly node_ids: readonly Principal[];
}

/** Unassigned nodes with a domain become API boundary nodes. */
export const addApiBoundaryNodes: MutationFunction<AddApiBoundaryNodesPayload, undefined> = (
  { view },
  { version, node_ids },
) => {
  requireElected(view, version);
  const nodes = distinct(node_ids);
  if (nodes.length < node_ids.length) throw refuse("node-repeated", "A node is named twice.");
  for (const node of nodes) {
    const { domain } = requireNode(view, node);
    if (!domain) throw refuse("domain-missing", `Node ${node.toText()} has no domain.`, { node: node.toText() });
    requireUnassigned(view, node);
  }
  const mutations = nodes.map((node) =>
    put("insert", registryKey.apiBoundaryNode(node), ApiBoundaryNodeRecordSchema, { version }),
  );
  return { mutations, reply: undefined };
};

/** They become unassigned. */
export const removeApiBoundaryNodes: MutationFunction<RemoveApiBoundaryNodesPayload, undefined> = (
  { view },
  { node_ids },
) => {
  const nodes = distinct(node_ids);
  for (const node of nodes) requireApiBoundaryNode(view, node);
  return { mutations: nodes.map((node) => remove(registryKey.apiBoundaryNode(node))), reply: undefined };
};

export const deployGuestosToSomeApiBoundaryNodes: MutationFunction<
  DeployGuestosToSomeApiBoundaryNodesPayload,
  undefined
> = ({ view }, { version, node_ids }) => {
  requireElected(view, version);
  const mutations = distinct(node_ids).map((node) => {
    requireApiBoundaryNode(view, node);
    return put("update", registryKey.apiBoundaryNode(node), ApiBoundaryNodeRecordSchema, { version });
  });
  return { mutations, reply: undefined };
};

function requireApiBoundaryNode(view: RegistryView, node: Principal): void {
  if (!isApiBoundaryNode(view, node)) {
    throw refuse("node-not-api-boundary", `${node.toText()} is not an API boundary node.`, { node: node.toText() });
  }
}
