import assert from "node:assert/strict";
import { test } from "node:test";
import { canisterIdOf, type Mutation, put, registryKey, remove, routingEntry, RoutingTableSchema } from "../index.ts";
import { NNS_SUBNET } from "../../test/network.ts";
import { populated, violations } from "../../test/violations.ts";

const table = (...ranges: readonly (readonly [bigint, bigint])[]): Mutation =>
  put("upsert", registryKey.canisterRanges(canisterIdOf(0n)), RoutingTableSchema, {
    entries: ranges.map(([start, end]) => routingEntry(NNS_SUBNET, start, end)),
  });

void test("ranges are in order and disjoint, over all shards", () => {
  const { network } = populated();
  assert.deepEqual(violations(network, table([0n, 9n], [10n, 10n], [20n, 30n])), []);
  const wrong = /^routing: The ranges in .*0101 overlap, are out of order/;
  assert.match(violations(network, table([0n, 9n], [9n, 12n])).join(), wrong);
  assert.match(violations(network, table([10n, 12n], [0n, 9n])).join(), wrong);
  const shard = put("insert", registryKey.canisterRanges(canisterIdOf(5n)), RoutingTableSchema, {
    entries: [routingEntry(NNS_SUBNET, 5n, 6n)],
  });
  assert.match(
    violations(network, shard).join(),
    /^routing: The ranges in .*0101 reach into those of canister_ranges_/,
  );
  assert.deepEqual(violations(network, table([0n, 4n]), shard), []);
});

void test("a shard holds nothing before the canister in its key, whatever changes around it", () => {
  const { network } = populated();
  const shard = (start: bigint, ...ranges: (readonly [bigint, bigint])[]): Mutation =>
    put("upsert", registryKey.canisterRanges(canisterIdOf(start)), RoutingTableSchema, {
      entries: ranges.map(([first, last]) => routingEntry(NNS_SUBNET, first, last)),
    });
  assert.match(violations(network, table(), shard(5n, [4n, 6n])).join(), /begin before its first canister/);
  network.write([table([0n, 4n]), shard(5n, [5n, 6n]), shard(9n, [9n, 9n])]);
  assert.match(violations(network, table([0n, 5n])).join(), /reach into those of canister_ranges_0000000000000005/);
  assert.match(violations(network, shard(5n, [5n, 9n])).join(), /reach into those of canister_ranges_0000000000000009/);
  assert.deepEqual(violations(network, remove(registryKey.canisterRanges(canisterIdOf(5n))), table([0n, 8n])), []);
});

void test("an entry has a range and a subnet", () => {
  const { network } = populated();
  assert.match(violations(network, table([9n, 0n])).join(), /^routing: .*without a range/);
  const key = registryKey.canisterRanges(canisterIdOf(0n));
  const empty = violations(network, put("upsert", key, RoutingTableSchema, { entries: [{}] }));
  assert.deepEqual(
    empty.map((line) => /without a (\w+)/.exec(line)?.[1]),
    ["range", "subnet"],
  );
});
