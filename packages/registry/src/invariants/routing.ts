import { KeyPrefix } from "../keys.ts";
import { rangeOf, routingEntries } from "../mutations/routing.ts";
import { changedKeys, type Invariant } from "./invariant.ts";

/** The shards together are one routing table: ranges that are well formed, in order and disjoint, each of a subnet. */
export const routingInvariant: Invariant = {
  name: "routing",
  *check(transition) {
    if (changedKeys(transition, KeyPrefix.canisterRanges).length === 0) return;
    let last = -1n;
    for (const entry of routingEntries(transition.after)) {
      const range = rangeOf(entry);
      if (!range || range[0] > range[1]) yield "The routing table has an entry without a range of canister ids.";
      else if (range[0] <= last) yield "The ranges of the routing table overlap or are out of order.";
      if (!entry.subnetId?.principalId?.raw.length) yield "The routing table has an entry without a subnet.";
      if (range) last = range[1];
    }
  },
};
