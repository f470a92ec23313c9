import { KeyPrefix } from "../keys.ts";
import { principalText } from "../principal-text.ts";
import { NodeRecordSchema } from "../records.ts";
import { readRecord } from "../state/view.ts";
import { changedIds, changedKeys, type Invariant } from "./invariant.ts";

/** Every node has an operator with a record. (Upstream has this rule switched off.) */
export const nodeOperatorInvariant: Invariant = {
  name: "node-operator",
  *check(transition) {
    const { after } = transition;
    for (const key of changedKeys(transition, KeyPrefix.nodeRecord)) {
      const record = readRecord(after, NodeRecordSchema, key);
      if (!record) continue;
      const operator = principalText(record.nodeOperatorId);
      if (after.get(KeyPrefix.nodeOperatorRecord + operator) === undefined) {
        yield `${key} belongs to operator ${operator}, who has no record; add the operator first.`;
      }
    }
    for (const operator of changedIds(transition, KeyPrefix.nodeOperatorRecord)) {
      const key = KeyPrefix.nodeOperatorRecord + operator;
      const [node] = after.get(key) === undefined ? after.holders("nodeOperator", operator) : [];
      if (node !== undefined) yield `${key} cannot go while it has ${node}; remove the operator's nodes first.`;
    }
  },
};
