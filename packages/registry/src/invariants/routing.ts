import { KeyPrefix } from "../keys.ts";
import { canisterIndexOf, rangeOf } from "../mutations/routing.ts";
import { RoutingTableSchema } from "../records.ts";
import { readRecord, type RegistryView } from "../state/view.ts";
import { changedKeys, type Invariant } from "./invariant.ts";

const MAX_PRINCIPAL_BYTES = 29;

/**
 * The shards together are one routing table: ranges that are well formed, in order and disjoint, each of a subnet. The
 * ranges of a shard are behind the canister in its key, and before the next shard. Only changed shards and their
 * neighbours are read.
 */
export const routingInvariant: Invariant = {
  name: "routing",
  *check(transition) {
    const { after } = transition;
    const changed = new Set(changedKeys(transition, KeyPrefix.canisterRanges));
    if (changed.size === 0) return;
    const shards = after.keys(KeyPrefix.canisterRanges);
    for (const [place, key] of shards.entries()) {
      const next = shards[place + 1];
      if (changed.has(key)) yield* shardProblems(after, key);
      // A shard that is gone leaves the order of the others as it was.
      if (next !== undefined && (changed.has(key) || changed.has(next))) yield* neighbourProblems(after, key, next);
    }
  },
};

function* shardProblems(view: RegistryView, key: string): Iterable<string> {
  let last = startOf(key) - 1n;
  for (const entry of entriesOf(view, key)) {
    const range = rangeOf(entry);
    const subnet = entry.subnetId?.principalId?.raw.length ?? 0;
    if (!range || range[0] > range[1]) yield `${key} has an entry without a range of canister ids.`;
    else if (range[0] <= last)
      yield `The ranges in ${key} overlap, are out of order or begin before its first canister.`;
    if (subnet === 0 || subnet > MAX_PRINCIPAL_BYTES) yield `${key} has an entry without a subnet.`;
    if (range && range[1] > last) last = range[1];
  }
}

function* neighbourProblems(view: RegistryView, key: string, next: string): Iterable<string> {
  const ends = entriesOf(view, key).flatMap((entry) => rangeOf(entry)?.[1] ?? []);
  if (ends.some((end) => end >= startOf(next))) yield `The ranges in ${key} reach into those of ${next}.`;
}

function entriesOf(view: RegistryView, key: string) {
  return readRecord(view, RoutingTableSchema, key)?.entries ?? [];
}

/** The number of the canister that a shard begins with. */
function startOf(key: string): bigint {
  return canisterIndexOf(Buffer.from(key.slice(KeyPrefix.canisterRanges.length), "hex")) ?? 0n;
}
