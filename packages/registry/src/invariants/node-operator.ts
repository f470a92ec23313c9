import { Principal } from "@icos/certification";
import { KeyPrefix, registryKey } from "../keys.ts";
import { NodeRecordSchema } from "../records.ts";
import { readRecord } from "../state/view.ts";
import { changedKeys, type Invariant } from "./invariant.ts";

/** Every node has an operator with a record. (Upstream has this rule switched off.) */
export const nodeOperatorInvariant: Invariant = {
  name: "node-operator",
  *check(transition) {
    const { after } = transition;
    for (const key of changedKeys(transition, KeyPrefix.nodeRecord)) {
      const record = readRecord(after, NodeRecordSchema, key);
      if (!record) continue;
      const operator = Principal.fromUint8Array(record.nodeOperatorId);
      if (after.get(registryKey.nodeOperatorRecord(operator)) === undefined) {
        yield `${key} belongs to operator ${operator.toText()}, who has no record.`;
      }
    }
    for (const key of changedKeys(transition, KeyPrefix.nodeOperatorRecord)) {
      if (after.get(key) !== undefined) continue;
      const [node] = after.holders("nodeOperator", key.slice(KeyPrefix.nodeOperatorRecord.length));
      if (node !== undefined) yield `${key} cannot go while it has ${node}.`;
    }
  },
};
