import { parsePrincipal, registryKey } from "../keys.ts";
import { NodeOperatorRecordSchema } from "../records.ts";
import { put, type Mutation } from "../state/mutation.ts";
import { readRecord, type RegistryView } from "../state/view.ts";
import { refuse } from "./refuse.ts";

/** A `uint64`: what governance may give at most; giving back does not go beyond. */
export const MAX_ALLOWANCE = (1n << 64n) - 1n;

/**
 * Changes of `node_allowance` by operator (textual form). An operator whose record is gone is left out.
 *
 * Upstream counts the allowance up on removal but never consults it; here it is the quota: adding a node takes one, and
 * none left means no.
 */
export function allowanceMutations(view: RegistryView, changes: ReadonlyMap<string, number>): Mutation[] {
  return [...changes].flatMap(([text, change]) => {
    const operator = parsePrincipal(text);
    const key = operator && registryKey.nodeOperatorRecord(operator);
    const record = key && readRecord(view, NodeOperatorRecordSchema, key);
    if (!record || change === 0) return [];
    const nodeAllowance = record.nodeAllowance + BigInt(change);
    if (nodeAllowance < 0n) {
      throw refuse("node-allowance-exhausted", `Operator ${text} has no quota left for another node.`, {
        operator: text,
      });
    }
    const capped = nodeAllowance > MAX_ALLOWANCE ? MAX_ALLOWANCE : nodeAllowance;
    return [put("update", key, NodeOperatorRecordSchema, { ...record, nodeAllowance: capped })];
  });
}

/** Adds `change` to the count of `operator`. */
export function addToCount(changes: Map<string, number>, operator: string, change: number): void {
  changes.set(operator, (changes.get(operator) ?? 0) + change);
}
