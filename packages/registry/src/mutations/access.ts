import { Principal } from "@icos/certification";
import { registryKey } from "../keys.ts";
import { NodeOperatorRecordSchema, NodeRecordSchema, type NodeOperatorRecord, type NodeRecord } from "../records.ts";
import { readRecord, type RegistryView } from "../state/view.ts";
import type { MutationContext } from "./context.ts";
import { refuse } from "./refuse.ts";

/** Refuses every caller but governance. */
export function requireGovernance({ caller, rules }: MutationContext, method: string): void {
  if (caller.toText() !== rules.governance.toText()) {
    throw refuse("caller-not-governance", `${caller.toText()} may not call ${method}: only governance may.`);
  }
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

/** The operator of the node may remove it, and so may an operator of the same provider in the same data centre. */
export function requireMayRemoveNode({ view, caller }: MutationContext, node: Principal, record: NodeRecord): void {
  const owner = Principal.fromUint8Array(record.nodeOperatorId);
  if (owner.toText() === caller.toText()) return;
  const mine = readRecord(view, NodeOperatorRecordSchema, registryKey.nodeOperatorRecord(caller));
  const theirs = readRecord(view, NodeOperatorRecordSchema, registryKey.nodeOperatorRecord(owner));
  const sameDc = mine?.dcId.toLowerCase() === theirs?.dcId.toLowerCase();
  const sameProvider =
    mine && theirs && Buffer.compare(mine.nodeProviderPrincipalId, theirs.nodeProviderPrincipalId) === 0;
  if (sameDc && sameProvider) return;
  throw refuse(
    "caller-not-node-operator",
    `${caller.toText()} may not remove node ${node.toText()}: it belongs to operator ${owner.toText()}.`,
  );
}

/** One call of an operator, counted for the operator and for its provider. */
export function chargeOperator(context: MutationContext, operator: Principal, record: NodeOperatorRecord): void {
  context.charge({ bucket: "operator", name: operator.toText() });
  context.charge({ bucket: "provider", name: Principal.fromUint8Array(record.nodeProviderPrincipalId).toText() });
}
