import { Principal } from "@icos/certification";
import { KeyPrefix, principalOfKey, registryKey } from "../keys.ts";
import { subnetsOfNode } from "../mutations/membership.ts";
import { SubnetRecordSchema } from "../records.ts";
import { readRecord } from "../state/view.ts";
import { changedKeys, type Invariant, touchedSubnets } from "./invariant.ts";

/** A node is not both a member of a subnet and an API boundary node; an API boundary node is a node. */
export const assignmentInvariant: Invariant = {
  name: "assignment",
  *check(transition) {
    const { after } = transition;
    const nodes = new Set<string>();
    for (const key of changedKeys(transition, KeyPrefix.apiBoundaryNode))
      nodes.add(key.slice(KeyPrefix.apiBoundaryNode.length));
    for (const key of changedKeys(transition, KeyPrefix.nodeRecord)) nodes.add(key.slice(KeyPrefix.nodeRecord.length));
    for (const subnet of touchedSubnets(transition)) {
      const record = readRecord(after, SubnetRecordSchema, registryKey.subnetRecord(subnet));
      for (const id of record?.membership ?? []) nodes.add(Principal.fromUint8Array(id).toText());
    }
    for (const text of nodes) {
      const boundary = KeyPrefix.apiBoundaryNode + text;
      const node = principalOfKey(KeyPrefix.apiBoundaryNode, boundary);
      if (!node || after.get(boundary) === undefined) continue;
      if (after.get(registryKey.nodeRecord(node)) === undefined) yield `${boundary} has no node record.`;
      const [subnet] = subnetsOfNode(after, node);
      if (subnet) yield `Node ${text} is an API boundary node and a member of subnet ${subnet.toText()}.`;
    }
  },
};
