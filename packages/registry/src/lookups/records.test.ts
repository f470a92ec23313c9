import assert from "node:assert/strict";
import { test } from "node:test";
import { Principal } from "@icos/certification";
import {
  CanisterMigrationsSchema,
  canisterIdOf,
  ChainKeyEnabledSubnetListSchema,
  DataCenterRecordSchema,
  getCanisterMigrations,
  getChainKeyEnabledSubnets,
  getDataCenterRecord,
  getHostosVersionRecord,
  getHostosVersions,
  getNodeKey,
  getNodeOperatorRecord,
  getProvisionalWhitelist,
  getRoutingTable,
  getSubnetCanisterRanges,
  getSubnetIdFromCanisterId,
  getThresholdKey,
  getTlsCertificate,
  getUnassignedNodesConfig,
  HostosVersionRecordSchema,
  type KeyChange,
  KeyPurpose,
  NodeOperatorRecordSchema,
  ProvisionalWhitelist_ListType,
  ProvisionalWhitelistSchema,
  PublicKeySchema,
  type RegistryReader,
  registryKey,
  RoutingTableSchema,
  routingEntry,
  UnassignedNodesConfigRecordSchema,
  X509PublicKeyCertSchema,
} from "../index.ts";
import { broken, registryOf, set, unset } from "../../test/history.ts";

const unknown = { code: "registry-version-unknown" };
const malformed = { code: "registry-record-malformed" };
const id = Principal.fromUint8Array(Uint8Array.of(7, 7));
const other = Principal.fromUint8Array(Uint8Array.of(8, 8));

interface Lookup {
  readonly name: string;
  /** Two records, which `read` tells apart. */
  readonly one: KeyChange;
  readonly two: KeyChange;
  /** Of the record: "one" and "two". */
  readonly read: (registry: RegistryReader, version: number) => string | undefined;
}

const keyRecord = (key: string, value: string): KeyChange =>
  set(key, PublicKeySchema, { keyValue: Buffer.from(value) });
const text = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString();

const LOOKUPS: readonly Lookup[] = [
  {
    name: "get_node_operator_record",
    one: set(registryKey.nodeOperatorRecord(id), NodeOperatorRecordSchema, { dcId: "one" }),
    two: set(registryKey.nodeOperatorRecord(id), NodeOperatorRecordSchema, { dcId: "two" }),
    read: (registry, version) => getNodeOperatorRecord(registry, id, version)?.dcId,
  },
  {
    name: "a data centre's record",
    one: set(registryKey.dataCenterRecord("dc1"), DataCenterRecordSchema, { owner: "one" }),
    two: set(registryKey.dataCenterRecord("dc1"), DataCenterRecordSchema, { owner: "two" }),
    read: (registry, version) => getDataCenterRecord(registry, "DC1", version)?.owner,
  },
  {
    name: "get_unassigned_nodes_config",
    one: set(registryKey.unassignedNodesConfig, UnassignedNodesConfigRecordSchema, { replicaVersion: "one" }),
    two: set(registryKey.unassignedNodesConfig, UnassignedNodesConfigRecordSchema, { replicaVersion: "two" }),
    read: (registry, version) => getUnassignedNodesConfig(registry, version)?.replicaVersion,
  },
  {
    name: "get_hostos_version_record",
    one: set(registryKey.hostosVersion("h1"), HostosVersionRecordSchema, { hostosVersionId: "one" }),
    two: set(registryKey.hostosVersion("h1"), HostosVersionRecordSchema, { hostosVersionId: "two" }),
    read: (registry, version) => getHostosVersionRecord(registry, "h1", version)?.hostosVersionId,
  },
  {
    name: "get_crypto_key_for_node",
    one: keyRecord(registryKey.cryptoRecord(id, KeyPurpose.committeeSigning), "one"),
    two: keyRecord(registryKey.cryptoRecord(id, KeyPurpose.committeeSigning), "two"),
    read: (registry, version) => text(getNodeKey(registry, id, KeyPurpose.committeeSigning, version)?.keyValue),
  },
  {
    name: "get_tls_certificate",
    one: set(registryKey.tlsCertificate(id), X509PublicKeyCertSchema, { certificateDer: Buffer.from("one") }),
    two: set(registryKey.tlsCertificate(id), X509PublicKeyCertSchema, { certificateDer: Buffer.from("two") }),
    read: (registry, version) => text(getTlsCertificate(registry, id, version)),
  },
  {
    name: "get_threshold_signing_public_key_for_subnet",
    one: keyRecord(registryKey.thresholdKey(id), "one"),
    two: keyRecord(registryKey.thresholdKey(id), "two"),
    read: (registry, version) => text(getThresholdKey(registry, id, version)?.keyValue),
  },
];

for (const { name, one, two, read } of LOOKUPS) {
  void test(`${name}: at the version, absent, removed, added again, not decoding, not known yet`, () => {
    const { key } = one;
    const registry = registryOf([unset("other")], [one], [unset("other")], [unset(key)], [two], [broken(key)]);
    const found = [0, 1, 2, 3, 4, 5].map((version) => read(registry, version));
    assert.deepEqual(found, [undefined, undefined, "one", "one", undefined, "two"]);
    assert.throws(() => read(registry, 6), malformed);
    assert.throws(() => read(registry, 7), unknown);
  });
}

void test("get_hostos_versions: those with a record", () => {
  const [one, two] = ["h1", "h2"].map((version) => registryKey.hostosVersion(version));
  assert.ok(one !== undefined && two !== undefined);
  const registry = registryOf(
    [set(two, HostosVersionRecordSchema)],
    [set(one, HostosVersionRecordSchema)],
    [unset(two)],
  );
  assert.deepEqual(
    [0, 1, 2, 3].map((version) => getHostosVersions(registry, version).join()),
    ["", "h2", "h1,h2", "h1"],
  );
  assert.throws(() => getHostosVersions(registry, 4), unknown);
});

void test("get_chain_key_enabled_subnets: by the key, without those that no subnet has", () => {
  const ecdsa = "master_public_key_id_ecdsa:Secp256k1:test:1";
  const subnets = [{ principalId: { raw: id.toUint8Array() } }];
  const registry = registryOf(
    [set(ecdsa, ChainKeyEnabledSubnetListSchema, { subnets })],
    [set("master_public_key_id_vetkd:Bls12_381_G2:k", ChainKeyEnabledSubnetListSchema)],
    [unset(ecdsa)],
    [set("master_public_key_id_rot13:Wheel:k", ChainKeyEnabledSubnetListSchema, { subnets })],
    [unset("master_public_key_id_rot13:Wheel:k"), set(ecdsa, ChainKeyEnabledSubnetListSchema, { subnets: [{}] })],
  );
  const found = [0, 1, 2, 3].map((version) =>
    [...getChainKeyEnabledSubnets(registry, version)].map(([key, of]) => [key, ...of.map((each) => each.toText())]),
  );
  const one = [["ecdsa:Secp256k1:test:1", id.toText()]];
  assert.deepEqual(found, [[], one, one, []]);
  for (const version of [4, 5]) assert.throws(() => getChainKeyEnabledSubnets(registry, version), malformed);
  assert.throws(() => getChainKeyEnabledSubnets(registry, 6), unknown);
});

void test("get_routing_table: all shards in order, else the old record; ranges of a subnet; the subnet of a canister", () => {
  const shard = (start: bigint) => registryKey.canisterRanges(canisterIdOf(start));
  const table = (key: string, ...entries: readonly ReturnType<typeof routingEntry>[]) =>
    set(key, RoutingTableSchema, { entries: [...entries] });
  const registry = registryOf(
    [unset("other")],
    [table(registryKey.routingTable, routingEntry(id, 0n, 4n))],
    [
      table(shard(20n), routingEntry(id, 20n, 29n)),
      table(shard(0n), routingEntry(id, 0n, 9n), routingEntry(other, 10n, 19n)),
    ],
    [unset(shard(0n)), unset(shard(20n))],
    [unset(registryKey.routingTable)],
    [table(shard(0n), routingEntry(id, 0n, 9n), routingEntry(other, 9n, 19n))],
    [table(shard(0n), routingEntry(id, 9n, 0n))],
    [broken(shard(0n))],
  );
  const ranges = [0, 1, 2, 3, 4, 5].map((version) =>
    getRoutingTable(registry, version)
      ?.map(
        ({ start, end, subnet }) =>
          `${start}-${end} ${subnet === id || subnet.toText() === id.toText() ? "id" : "other"}`,
      )
      .join(),
  );
  assert.deepEqual(ranges, [undefined, undefined, "0-4 id", "0-9 id,10-19 other,20-29 id", "0-4 id", undefined]);
  assert.deepEqual(getSubnetCanisterRanges(registry, id, 3), [
    { start: 0n, end: 9n },
    { start: 20n, end: 29n },
  ]);
  assert.deepEqual(getSubnetCanisterRanges(registry, other, 2), []);
  const of = (index: bigint, version: number) =>
    getSubnetIdFromCanisterId(registry, canisterIdOf(index), version)?.toText();
  assert.deepEqual(
    [of(9n, 3), of(10n, 3), of(30n, 3), of(5n, 4), of(0n, 5)],
    [id.toText(), other.toText(), undefined, undefined, undefined],
  );
  assert.equal(getSubnetIdFromCanisterId(registry, id, 3), undefined);
  for (const version of [6, 7, 8]) assert.throws(() => getRoutingTable(registry, version), malformed);
  assert.throws(() => getRoutingTable(registry, 9), unknown);
});

void test("get_canister_migrations: ranges with their trace", () => {
  const key = registryKey.canisterMigrations;
  const { range } = routingEntry(id, 5n, 6n);
  const subnetIds = [id, other].map((each) => ({ principalId: { raw: each.toUint8Array() } }));
  const registry = registryOf(
    [unset("other")],
    [set(key, CanisterMigrationsSchema, { entries: [{ range, subnetIds }] })],
    [unset(key)],
    [set(key, CanisterMigrationsSchema, { entries: [{ subnetIds }] })],
  );
  const [migration] = getCanisterMigrations(registry, 2) ?? [];
  assert.deepEqual([migration?.start, migration?.end], [5n, 6n]);
  assert.deepEqual(
    migration?.trace.map((each) => each.toText()),
    [id.toText(), other.toText()],
  );
  assert.deepEqual(
    [1, 3].map((version) => getCanisterMigrations(registry, version)),
    [undefined, undefined],
  );
  assert.throws(() => getCanisterMigrations(registry, 4), malformed);
  assert.throws(() => getCanisterMigrations(registry, 5), unknown);
});

void test("get_provisional_whitelist: all, or a set of principals", () => {
  const key = registryKey.provisionalWhitelist;
  const { ALL, SET } = ProvisionalWhitelist_ListType;
  const registry = registryOf(
    [unset("other")],
    [set(key, ProvisionalWhitelistSchema, { listType: ALL })],
    [set(key, ProvisionalWhitelistSchema, { listType: SET, set: [{ raw: id.toUint8Array() }] })],
    [unset(key)],
    [set(key, ProvisionalWhitelistSchema)],
  );
  const found = [1, 2, 3, 4].map((version) => {
    const list = getProvisionalWhitelist(registry, version);
    return list?.kind === "set" ? list.principals.map((each) => each.toText()) : list?.kind;
  });
  assert.deepEqual(found, [undefined, "all", [id.toText()], undefined]);
  assert.throws(() => getProvisionalWhitelist(registry, 5), malformed);
  assert.throws(() => getProvisionalWhitelist(registry, 6), unknown);
});
