import { Principal } from "@icos/certification";
import { KeyPrefix, principalOfKey, registryKey } from "../keys.ts";
import { subnetsOfNode } from "../mutations/membership.ts";
import { SubnetRecordSchema } from "../records.ts";
import { readRecord } from "../state/view.ts";
import { changedKeys, type Invariant, touchedSubnets } from "./invariant.ts";

/** A listed subnet has members, each once, each a node; no node is in two subnets. */
export const subnetMembershipInvariant: Invariant = {
  name: "subnet-membership",
  *check(transition) {
    const { after } = transition;
    for (const subnet of touchedSubnets(transition)) {
      const key = registryKey.subnetRecord(subnet);
      const members = (readRecord(after, SubnetRecordSchema, key)?.membership ?? []).map((id) =>
        Principal.fromUint8Array(id),
      );
      if (members.length === 0) yield `${key} has no members.`;
      if (new Set(members.map((member) => member.toText())).size < members.length) yield `${key} repeats a member.`;
      for (const member of members) {
        if (after.get(registryKey.nodeRecord(member)) === undefined) {
          yield `${key} has the member ${member.toText()}, who is not a node.`;
        }
        const subnets = subnetsOfNode(after, member);
        if (subnets.length > 1) yield `Node ${member.toText()} is in ${subnets.length} subnets.`;
      }
    }
    for (const key of changedKeys(transition, KeyPrefix.nodeRecord)) {
      const node = after.get(key) === undefined ? principalOfKey(KeyPrefix.nodeRecord, key) : undefined;
      const [subnet] = node ? subnetsOfNode(after, node) : [];
      if (node && subnet) yield `${key} cannot go while it is a member of subnet ${subnet.toText()}.`;
    }
  },
};
