import type { Principal } from "@icos/certification";
import { registryKey } from "../keys.ts";
import { SubnetRecordSchema } from "../records.ts";
import { put } from "../state/mutation.ts";
import { same } from "./access.ts";
import type { MutationContext, MutationFunction } from "./context.ts";
import { requireSubnet, requireUnassigned, subnetsOfNode, textOf } from "./membership.ts";
import { refuse } from "./refuse.ts";

export interface SwapNodeInSubnetDirectlyPayload {
  /** Unassigned; takes the place. */
  readonly new_node_id?: Principal | undefined;
  /** A member of a subnet; becomes unassigned. */
  readonly old_node_id?: Principal | undefined;
}

/** An operator puts one of its nodes in the place of another one, without governance, where the network allows it. */
export const swapNodeInSubnetDirectly: MutationFunction<SwapNodeInSubnetDirectlyPayload, undefined> = (
  context,
  { old_node_id, new_node_id },
) => {
  const { view, caller } = context;
  if (!old_node_id || !new_node_id) throw refuse("swap-payload", "old_node_id and new_node_id are needed.");
  if (same(old_node_id, new_node_id)) throw refuse("swap-payload", "A node cannot be swapped with itself.");
  const [subnet] = subnetsOfNode(view, old_node_id);
  if (!subnet) throw refuse("node-not-member", `Node ${old_node_id.toText()} is a member of no subnet.`);
  requireSwapping(context, subnet);
  context.charge({ bucket: "swapSubnet", name: subnet.toText() });
  context.charge({ bucket: "swapOperator", name: `${caller.toText()} ${subnet.toText()}` });
  requireUnassigned(view, new_node_id);
  const record = requireSubnet(view, subnet);
  if (record.isHalted) throw refuse("subnet-halted", `Subnet ${subnet.toText()} is halted.`);
  const others = record.membership.filter((id) => textOf(id) !== old_node_id.toText());
  const changed = { ...record, membership: [...others, new_node_id.toUint8Array()] };
  return {
    mutations: [put("update", registryKey.subnetRecord(subnet), SubnetRecordSchema, changed)],
    reply: undefined,
  };
};

function requireSwapping({ rules, caller }: MutationContext, subnet: Principal): void {
  const swapping = rules.nodeSwapping;
  if (!swapping) throw refuse("swap-disabled", "Operators may not swap nodes of subnets in this network.");
  if (swapping.callers !== "all" && !swapping.callers.some((id) => same(id, caller))) {
    throw refuse("swap-disabled", `Operator ${caller.toText()} may not swap nodes of subnets.`);
  }
  if (swapping.subnets !== "all" && !swapping.subnets.some((id) => same(id, subnet))) {
    throw refuse("swap-disabled", `Nodes of subnet ${subnet.toText()} may not be swapped.`);
  }
}
