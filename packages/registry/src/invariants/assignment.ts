import { KeyPrefix } from "../keys.ts";
import { principalText } from "../principal-text.ts";
import { SubnetRecordSchema } from "../records.ts";
import { readRecord } from "../state/view.ts";
import { changedIds, changedKeys, type Invariant } from "./invariant.ts";

/** A node is not both a member of a subnet, listed or not, and an API boundary node. */
export const assignmentInvariant: Invariant = {
  name: "assignment",
  *check(transition) {
    const { after } = transition;
    const nodes = new Set([
      ...changedIds(transition, KeyPrefix.apiBoundaryNode),
      ...changedKeys(transition, KeyPrefix.subnetRecord).flatMap((key) =>
        (readRecord(after, SubnetRecordSchema, key)?.membership ?? []).map(principalText),
      ),
    ]);
    for (const node of nodes) {
      if (after.get(KeyPrefix.apiBoundaryNode + node) === undefined) continue;
      const [subnet] = after.holders("member", node);
      if (subnet !== undefined) {
        yield `Node ${node} is an API boundary node and a member in ${subnet}; take it out of one of them first.`;
      }
    }
  },
};
