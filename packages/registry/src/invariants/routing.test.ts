import assert from "node:assert/strict";
import { test } from "node:test";
import { canisterIdOf, type Mutation, put, registryKey, routingEntry, RoutingTableSchema } from "../index.ts";
import { NNS_SUBNET } from "../../test/network.ts";
import { populated, violations } from "../../test/violations.ts";

const table = (...ranges: readonly (readonly [bigint, bigint])[]): Mutation =>
  put("upsert", registryKey.canisterRanges(canisterIdOf(0n)), RoutingTableSchema, {
    entries: ranges.map(([start, end]) => routingEntry(NNS_SUBNET, start, end)),
  });

void test("ranges are in order and disjoint, over all shards", () => {
  const { network } = populated();
  assert.deepEqual(violations(network, table([0n, 9n], [10n, 10n], [20n, 30n])), []);
  const wrong = /^routing: The ranges of the routing table overlap or are out of order/;
  assert.match(violations(network, table([0n, 9n], [9n, 12n])).join(), wrong);
  assert.match(violations(network, table([10n, 12n], [0n, 9n])).join(), wrong);
  const shard = put("insert", registryKey.canisterRanges(canisterIdOf(5n)), RoutingTableSchema, {
    entries: [routingEntry(NNS_SUBNET, 5n, 6n)],
  });
  assert.match(violations(network, shard).join(), wrong);
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
