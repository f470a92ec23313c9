import assert from "node:assert/strict";
import { test } from "node:test";
import type { Principal } from "@icos/certification";
import {
  CanisterMigrationsSchema,
  canisterIdOf,
  type Mutation,
  put,
  registryKey,
  routingEntry,
  RoutingTableSchema,
} from "../index.ts";
import { NNS_SUBNET, person } from "../../test/network.ts";
import { populated, violations } from "../../test/violations.ts";

const other = person("other subnet");
const trace = (...subnets: readonly Principal[]) => subnets.map((id) => ({ principalId: { raw: id.toUint8Array() } }));
const migrations = (...entries: readonly (readonly [bigint, bigint, ...Principal[]])[]): Mutation =>
  put("upsert", registryKey.canisterMigrations, CanisterMigrationsSchema, {
    entries: entries.map(([start, end, ...subnets]) => ({
      range: routingEntry(NNS_SUBNET, start, end).range,
      subnetIds: trace(...subnets),
    })),
  });
const routing = (...entries: readonly (readonly [Principal, bigint, bigint])[]): Mutation =>
  put("upsert", registryKey.canisterRanges(canisterIdOf(0n)), RoutingTableSchema, {
    entries: entries.map(([subnet, start, end]) => routingEntry(subnet, start, end)),
  });

for (const [what, entries, problem] of [
  ["canisters on their way to another subnet", [[10n, 19n, NNS_SUBNET, other]], undefined],
  ["canisters that have arrived", [[10n, 19n, other, NNS_SUBNET]], undefined],
  [
    "two ranges side by side",
    [
      [20n, 29n, NNS_SUBNET, other],
      [10n, 19n, NNS_SUBNET, other],
    ],
    undefined,
  ],
  ["an empty range", [[19n, 10n, NNS_SUBNET, other]], /without a range/],
  ["a trace of one", [[10n, 19n, NNS_SUBNET]], /fewer than two subnets/],
  ["a subnet twice in a row", [[10n, 19n, NNS_SUBNET, NNS_SUBNET]], /a subnet twice in a row/],
  ["a trace past the host", [[10n, 19n, other, person("third")]], /no subnet that the routing table/],
  ["canisters of two subnets", [[0xf_fffen, 0x10_0001n, NNS_SUBNET, other]], /no subnet that the routing table/],
  ["canisters of nobody", [[1n << 40n, 1n << 40n, NNS_SUBNET, other]], /no subnet that the routing table/],
  [
    "ranges that overlap",
    [
      [10n, 19n, NNS_SUBNET, other],
      [19n, 29n, NNS_SUBNET, other],
    ],
    /overlap/,
  ],
] as const satisfies readonly (readonly [
  string,
  readonly (readonly [bigint, bigint, ...Principal[]])[],
  RegExp | undefined,
])[]) {
  void test(`${what}: ${problem ? "refused" : "good"}`, () => {
    const { network } = populated();
    const found = violations(network, migrations(...entries)).join();
    if (problem) assert.match(found, problem);
    assert.equal(found.startsWith("canister-migrations: "), problem !== undefined);
  });
}

void test("the routing table keeps migrating canisters on a subnet of their trace", () => {
  const { network } = populated();
  network.write([migrations([10n, 19n, NNS_SUBNET, other])]);
  const rest = [NNS_SUBNET, 20n, 0xf_ffffn] as const;
  assert.deepEqual(violations(network, routing([NNS_SUBNET, 0n, 9n], [other, 10n, 19n], rest)), []);
  // Two entries of one subnet that follow on each other are one.
  assert.deepEqual(violations(network, routing([NNS_SUBNET, 0n, 14n], [NNS_SUBNET, 15n, 19n], rest)), []);
  const third = person("third");
  for (const entries of [
    [[NNS_SUBNET, 0n, 9n], [third, 10n, 19n], rest],
    [[NNS_SUBNET, 0n, 9n], [other, 10n, 14n], rest],
    [[NNS_SUBNET, 0n, 14n], [other, 15n, 19n], rest],
  ] as const) {
    assert.match(violations(network, routing(...entries)).join(), /^canister-migrations: /);
  }
});
