import { KeyPrefix } from "../keys.ts";
import { principalText } from "../principal-text.ts";
import { ChainKeyEnabledSubnetListSchema } from "../records.ts";
import { readRecord, type RegistryView } from "../state/view.ts";
import { changedIds, changedKeys, type Invariant } from "./invariant.ts";

/** A subnet that takes requests for a chain key exists and holds that key. */
export const chainKeySubnetsInvariant: Invariant = {
  name: "chain-key-subnets",
  *check(transition) {
    const { after } = transition;
    const lists = new Set(changedKeys(transition, KeyPrefix.chainKeySubnets));
    for (const list of lists) {
      for (const { principalId } of readRecord(after, ChainKeyEnabledSubnetListSchema, list)?.subnets ?? []) {
        yield* problemOf(after, list, principalText(principalId?.raw ?? new Uint8Array()));
      }
    }
    for (const subnet of changedIds(transition, KeyPrefix.subnetRecord)) {
      for (const list of after.holders("chainKeySubnet", subnet)) {
        if (!lists.has(list)) yield* problemOf(after, list, subnet);
      }
    }
  },
};

function* problemOf(view: RegistryView, list: string, subnet: string): Iterable<string> {
  const record = KeyPrefix.subnetRecord + subnet;
  const chainKey = list.slice(KeyPrefix.chainKeySubnets.length);
  if (view.get(record) === undefined) {
    yield `${list} names subnet ${subnet}, which has no record.`;
  } else if (!view.holders("chainKeyHolder", chainKey).includes(record)) {
    yield `${list} names subnet ${subnet}, whose chain key configuration does not have that key; take it off the list first.`;
  }
}
