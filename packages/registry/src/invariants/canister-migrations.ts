import { KeyPrefix, registryKey } from "../keys.ts";
import { canisterIdOf, rangeOf, routingEntries } from "../mutations/routing.ts";
import { principalText } from "../principal-text.ts";
import { CanisterMigrationsSchema } from "../records.ts";
import { readRecord, type RegistryView } from "../state/view.ts";
import { changedKeys, changes, type Invariant } from "./invariant.ts";

/**
 * Canisters that migrate: ranges that are well formed and disjoint, each inside one entry of the routing table whose
 * subnet is on the trace; a trace has two subnets or more, and no subnet twice in a row.
 */
export const canisterMigrationsInvariant: Invariant = {
  name: "canister-migrations",
  *check(transition) {
    const { after } = transition;
    const key = registryKey.canisterMigrations;
    if (!changes(transition, key) && changedKeys(transition, KeyPrefix.canisterRanges).length === 0) return;
    const entries = readRecord(after, CanisterMigrationsSchema, key)?.entries ?? [];
    const ranges: (readonly [bigint, bigint])[] = [];
    for (const entry of entries) {
      const range = rangeOf(entry);
      const trace = entry.subnetIds.map(({ principalId }) => principalText(principalId?.raw ?? new Uint8Array()));
      if (!range || range[0] > range[1]) {
        yield `${key} has an entry without a range of canister ids.`;
        continue;
      }
      const name = `${key} for the canisters from ${principalText(canisterIdOf(range[0]).toUint8Array())}`;
      if (trace.length < 2) yield `${name} has a trace of fewer than two subnets.`;
      if (trace.some((subnet, place) => subnet === trace[place - 1])) yield `${name} has a subnet twice in a row.`;
      if (!trace.includes(hostOf(after, range) ?? ""))
        yield `${name} has no subnet that the routing table gives them to.`;
      ranges.push(range);
    }
    ranges.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    if (ranges.some(([start], place) => start <= (ranges[place - 1]?.[1] ?? -1n)))
      yield `The ranges in ${key} overlap.`;
  },
};

/** The subnet, in textual form, that the routing table gives the whole range to. */
function hostOf(view: RegistryView, [start, end]: readonly [bigint, bigint]): string | undefined {
  let next = start;
  let host: string | undefined;
  for (const entry of routingEntries(view)) {
    const range = rangeOf(entry);
    if (!range || next < range[0] || next > range[1]) continue;
    const subnet = principalText(entry.subnetId?.principalId?.raw ?? new Uint8Array());
    // Entries of one subnet that follow on each other are one entry.
    if (host !== undefined && host !== subnet) return undefined;
    if (end <= range[1]) return subnet;
    host = subnet;
    next = range[1] + 1n;
  }
  return undefined;
}
