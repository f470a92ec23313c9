import { Principal } from "@icos/certification";
import { registryKey } from "../keys.ts";
import {
  NodeOperatorRecordSchema,
  NodeRecordSchema,
  SubnetRecordSchema,
  SubnetType,
  type NodeOperatorRecord,
  type NodeRecord,
} from "../records.ts";
import { readRecord, type RegistryView } from "../state/view.ts";
import type { MutationContext } from "./context.ts";
import { refuse } from "./refuse.ts";

/** Refuses every caller but governance. */
export function requireGovernance({ caller, rules }: MutationContext, method: string): void {
  if (!same(caller, rules.governance)) {
    throw refuse("caller-not-governance", `${caller.toText()} may not call ${method}: only governance may.`);
  }
}

/** Refuses every caller but governance and, when the subnet is a cloud engine, the engine controller. */
export function requireGovernanceFor(context: MutationContext, subnet: Principal, method: string): void {
  const { caller, rules, view } = context;
  const controller = rules.engineController;
  if (!controller || !same(caller, controller)) return requireGovernance(context, method);
  const record = readRecord(view, SubnetRecordSchema, registryKey.subnetRecord(subnet));
  if (record?.subnetType === SubnetType.CLOUD_ENGINE) return undefined;
  throw refuse("caller-not-governance", `The engine controller may call ${method} for cloud engines only.`);
}

export function requireOperator(view: RegistryView, operator: Principal): NodeOperatorRecord {
  const record = readRecord(view, NodeOperatorRecordSchema, registryKey.nodeOperatorRecord(operator));
  if (!record) throw refuse("operator-unknown", `There is no node operator record for ${operator.toText()}.`);
  return record;
}

export function requireNode(view: RegistryView, node: Principal): NodeRecord {
  const record = readRecord(view, NodeRecordSchema, registryKey.nodeRecord(node));
  if (!record) throw refuse("node-unknown", `There is no node ${node.toText()} in the registry.`);
  return record;
}

/** Refuses every caller but nodes. */
export function requireIsNode({ view, caller }: MutationContext): void {
  if (view.get(registryKey.nodeRecord(caller)) !== undefined) return;
  throw refuse("caller-not-node", `${caller.toText()} is not a node of the registry.`);
}

/** Refuses every caller but the operator of the node. */
export function requireNodeOperator({ view, caller }: MutationContext, node: Principal): void {
  const owner = operatorOf(requireNode(view, node));
  if (!same(owner, caller)) throw notNodeOperator(caller, node, owner);
}

/** The operator of the node may remove it, and so may an operator of the same provider in the same data centre. */
export function requireMayRemoveNode({ view, caller }: MutationContext, node: Principal): void {
  const owner = operatorOf(requireNode(view, node));
  if (same(owner, caller)) return;
  const mine = readRecord(view, NodeOperatorRecordSchema, registryKey.nodeOperatorRecord(caller));
  const theirs = readRecord(view, NodeOperatorRecordSchema, registryKey.nodeOperatorRecord(owner));
  const sameDc = mine?.dcId.toLowerCase() === theirs?.dcId.toLowerCase();
  if (!mine || !theirs || !sameDc || !same(providerOf(mine), providerOf(theirs))) {
    throw notNodeOperator(caller, node, owner);
  }
}

/** Refuses every caller but the provider of the operator. */
export function requireProvider({ view, caller }: MutationContext, operator: Principal | undefined): void {
  if (!operator) throw refuse("operator-incomplete", "The node operator's principal is needed.");
  const provider = providerOf(requireOperator(view, operator));
  if (same(provider, caller)) return;
  throw refuse(
    "caller-not-provider",
    `${caller.toText()} is not the provider of operator ${operator.toText()}: ${provider.toText()} is.`,
  );
}

export function operatorOf({ nodeOperatorId }: NodeRecord): Principal {
  return Principal.fromUint8Array(nodeOperatorId);
}

export function providerOf({ nodeProviderPrincipalId }: NodeOperatorRecord): Principal {
  return Principal.fromUint8Array(nodeProviderPrincipalId);
}

/** One call of an operator, counted for the operator and for its provider. */
export function chargeOperator(context: MutationContext, operator: Principal, record: NodeOperatorRecord): void {
  const provider = providerOf(record);
  const factor = context.rules.listedProviders.some((listed) => same(listed, provider)) ? 10 : 1;
  context.charge({ bucket: "operator", name: operator.toText(), factor });
  context.charge({ bucket: "provider", name: provider.toText(), factor });
}

export function same(a: Principal, b: Principal): boolean {
  return a.toText() === b.toText();
}

function notNodeOperator(caller: Principal, node: Principal, owner: Principal) {
  return refuse(
    "caller-not-node-operator",
    `${caller.toText()} may not do that to node ${node.toText()}: it belongs to operator ${owner.toText()}.`,
  );
}
