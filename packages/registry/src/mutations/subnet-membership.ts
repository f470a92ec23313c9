import { Principal } from "@icos/certification";
import { registryKey } from "../keys.ts";
import { SubnetRecordSchema, type SubnetRecord } from "../records.ts";
import { put, type Mutation } from "../state/mutation.ts";
import type { MutationContext, MutationFunction } from "./context.ts";
import { isApiBoundaryNode, requireSubnet, subnetsOfNode, textOf } from "./membership.ts";
import { refuse } from "./refuse.ts";

export interface AddNodesToSubnetPayload {
  readonly subnet_id: Principal;
  readonly node_ids: readonly Principal[];
}

export interface RemoveNodesFromSubnetPayload {
  readonly node_ids: readonly Principal[];
}

export interface ChangeSubnetMembershipPayload {
  readonly subnet_id: Principal;
  readonly node_ids_add: readonly Principal[];
  readonly node_ids_remove: readonly Principal[];
}

export const addNodesToSubnet: MutationFunction<AddNodesToSubnetPayload, undefined> = (context, payload) => {
  requireNotApiBoundary(context, payload.node_ids);
  const record = requireSubnet(context.view, payload.subnet_id);
  const members = [...payload.node_ids.map((id) => id.toUint8Array()), ...record.membership];
  return { mutations: [membershipUpdate(payload.subnet_id, record, members)], reply: undefined };
};

/** Takes the nodes out of whichever listed subnet has them; ids in no subnet are ignored. */
export const removeNodesFromSubnet: MutationFunction<RemoveNodesFromSubnetPayload, undefined> = (
  context,
  { node_ids },
) => {
  const { view } = context;
  const leaving = new Set(node_ids.map((id) => id.toText()));
  const subnets = new Set(node_ids.flatMap((id) => subnetsOfNode(view, id).map((subnet) => subnet.toText())));
  const mutations = [...subnets].map((text) => {
    const subnet = Principal.fromText(text);
    const record = requireSubnet(view, subnet);
    return membershipUpdate(subnet, record, without(record.membership, leaving));
  });
  return { mutations, reply: undefined };
};

/** (added + old members) - removed, in one update. */
export const changeSubnetMembership: MutationFunction<ChangeSubnetMembershipPayload, undefined> = (
  context,
  payload,
) => {
  requireNotApiBoundary(context, payload.node_ids_add);
  const record = requireSubnet(context.view, payload.subnet_id);
  const old = new Set(record.membership.map(textOf));
  const leaving = new Set(payload.node_ids_remove.map((id) => id.toText()));
  for (const node of leaving) {
    if (!old.has(node)) {
      throw refuse("node-not-member", `Node ${node} is not a member of subnet ${payload.subnet_id.toText()}.`, {
        node,
      });
    }
  }
  const members = [...payload.node_ids_add.map((id) => id.toUint8Array()), ...record.membership];
  return { mutations: [membershipUpdate(payload.subnet_id, record, without(members, leaving))], reply: undefined };
};

function membershipUpdate(subnet: Principal, record: SubnetRecord, membership: Uint8Array[]): Mutation {
  return put("update", registryKey.subnetRecord(subnet), SubnetRecordSchema, { ...record, membership });
}

function requireNotApiBoundary({ view }: MutationContext, nodes: readonly Principal[]): void {
  const node = nodes.find((id) => isApiBoundaryNode(view, id));
  if (node) throw refuse("node-is-api-boundary", `Node ${node.toText()} is an API boundary node.`);
}

function without(members: readonly Uint8Array[], leaving: ReadonlySet<string>): Uint8Array[] {
  return members.filter((id) => !leaving.has(textOf(id)));
}
