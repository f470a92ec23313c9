import { KeyPrefix } from "../keys.ts";
import { principalText } from "../principal-text.ts";
import { SubnetRecordSchema } from "../records.ts";
import { readRecord } from "../state/view.ts";
import { changedKeys, type Invariant, subnetsOf, touchedSubnets } from "./invariant.ts";

/** A listed subnet has members, each once, each a node; no node is in two subnets. */
export const subnetMembershipInvariant: Invariant = {
  name: "subnet-membership",
  *check(transition) {
    const { after } = transition;
    for (const subnet of touchedSubnets(transition)) {
      const key = KeyPrefix.subnetRecord + subnet;
      const record = readRecord(after, SubnetRecordSchema, key);
      if (!record) continue;
      const members = new Set(record.membership.map(principalText));
      if (members.size === 0) yield `${key} has no members; a listed subnet has at least one.`;
      if (members.size < record.membership.length) yield `${key} repeats a member.`;
      for (const member of members) {
        if (after.get(KeyPrefix.nodeRecord + member) === undefined) {
          yield `${key} has the member ${member}, who is not a node.`;
        }
        const subnets = subnetsOf(after, member);
        if (subnets.length > 1) {
          yield `Node ${member} is in ${subnets.length} subnets, ${subnets.join(" and ")}; take it out of one first.`;
        }
      }
    }
    for (const key of changedKeys(transition, KeyPrefix.nodeRecord)) {
      if (after.get(key) !== undefined) continue;
      const [subnet] = subnetsOf(after, key.slice(KeyPrefix.nodeRecord.length));
      if (subnet !== undefined) yield `${key} cannot go while it is a member of subnet ${subnet}; take it out first.`;
    }
  },
};
