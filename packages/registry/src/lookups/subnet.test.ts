import assert from "node:assert/strict";
import { test } from "node:test";
import { Principal } from "@icos/certification";
import {
  CatchUpPackageContentsSchema,
  getChainKeyConfig,
  getCupContents,
  getListedSubnetForNodeId,
  getListedSubnets,
  getRootSubnetId,
  getSubnetFeatures,
  getSubnetIds,
  getSubnetMembers,
  getSubnetNodeRecords,
  getSubnetRecord,
  isSubnetDeleted,
  NodeRecordSchema,
  registryKey,
  SubnetIdSchema,
  SubnetListRecordSchema,
  SubnetRecordSchema,
} from "../index.ts";
import { broken, registryOf, set, unset } from "../../test/history.ts";

const id = (byte: number): Principal => Principal.fromUint8Array(Uint8Array.of(byte, 2));
const bytes = (...ids: readonly Principal[]): Uint8Array[] => ids.map((each) => each.toUint8Array());
const texts = (ids: readonly Principal[] | undefined): string[] | undefined => ids?.map((each) => each.toText());
const [subnet, node, other] = [id(1), id(2), id(3)];
const key = registryKey.subnetRecord(subnet);
const unknown = { code: "registry-version-unknown" };
const malformed = { code: "registry-record-malformed" };

const registry = registryOf(
  [set(registryKey.subnetList, SubnetListRecordSchema, { subnets: bytes(other, subnet) })],
  [
    set(key, SubnetRecordSchema, {
      membership: bytes(node, other),
      features: { httpRequests: true },
      chainKeyConfig: { signatureRequestTimeoutNs: 7n },
    }),
  ],
  [unset(key)],
  [set(key, SubnetRecordSchema)],
  [broken(key), broken(registryKey.subnetList)],
);

void test("get_subnet_record, members, features and chain-key config: at the version, absent, removed, added again", () => {
  const record = [0, 1, 2, 3, 4].map((version) => getSubnetRecord(registry, subnet, version)?.membership.length);
  assert.deepEqual(record, [undefined, undefined, 2, undefined, 0]);
  const members = [1, 2, 3, 4].map((version) => texts(getSubnetMembers(registry, subnet, version)));
  assert.deepEqual(members, [undefined, texts([node, other]), undefined, []]);
  const features = [1, 2, 3, 4].map((version) => getSubnetFeatures(registry, subnet, version)?.httpRequests);
  assert.deepEqual(features, [undefined, true, undefined, undefined]);
  const config = [1, 2, 3, 4].map((version) => getChainKeyConfig(registry, subnet, version)?.signatureRequestTimeoutNs);
  assert.deepEqual(config, [undefined, 7n, undefined, undefined]);
  for (const read of [getSubnetRecord, getSubnetMembers, getSubnetFeatures, getChainKeyConfig]) {
    assert.throws(() => read(registry, subnet, 5), malformed);
    assert.throws(() => read(registry, subnet, 6), unknown);
  }
});

void test("is_subnet_deleted: only what was there before and is not now", () => {
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5].map((version) => isSubnetDeleted(registry, subnet, version)),
    [false, false, false, true, false, false],
  );
  assert.throws(() => isSubnetDeleted(registry, subnet, 6), unknown);
});

void test("get_subnet_ids and listed subnets: in the order of the list, those with a record", () => {
  assert.deepEqual([texts(getSubnetIds(registry, 0)), texts(getSubnetIds(registry, 1))], [[], texts([other, subnet])]);
  assert.deepEqual(
    [1, 2, 3, 4].map((version) => getListedSubnets(registry, version).length),
    [0, 1, 0, 1],
  );
  assert.equal(getListedSubnetForNodeId(registry, node, 2)?.subnetId.toText(), subnet.toText());
  assert.deepEqual(
    [1, 3, 4].map((version) => getListedSubnetForNodeId(registry, node, version)),
    [undefined, undefined, undefined],
  );
  for (const read of [getSubnetIds, getListedSubnets]) {
    assert.throws(() => read(registry, 5), malformed);
    assert.throws(() => read(registry, 6), unknown);
  }
});

void test("get_root_subnet_id: the principal of the record, and an error when it has none", () => {
  const root = registryKey.nnsSubnetId;
  const changes = registryOf(
    [unset("other")],
    [set(root, SubnetIdSchema, { principalId: { raw: subnet.toUint8Array() } })],
    [unset(root)],
    [set(root, SubnetIdSchema)],
  );
  assert.deepEqual(
    [1, 2, 3].map((version) => getRootSubnetId(changes, version)?.toText()),
    [undefined, subnet.toText(), undefined],
  );
  assert.throws(() => getRootSubnetId(changes, 4), malformed);
  assert.throws(() => getRootSubnetId(changes, 5), unknown);
});

void test("get_cup_contents: with the version that wrote or removed them", () => {
  const contents = registryKey.catchUpPackageContents(subnet);
  const changes = registryOf(
    [unset("other")],
    [set(contents, CatchUpPackageContentsSchema, { height: 9n })],
    [unset("other")],
    [unset(contents)],
    [broken(contents)],
  );
  assert.equal(getCupContents(changes, subnet, 1), undefined);
  for (const version of [2, 3]) {
    const found = getCupContents(changes, subnet, version);
    assert.deepEqual([found?.version, found?.contents?.height], [2, 9n]);
  }
  assert.deepEqual(getCupContents(changes, subnet, 4), { version: 4, contents: undefined });
  assert.throws(() => getCupContents(changes, subnet, 5), malformed);
  assert.throws(() => getCupContents(changes, subnet, 6), unknown);
});

void test("get_subnet_node_records: all members with their records, or nothing when any record is missing", () => {
  const [one, two] = [node, other].map((each) => registryKey.nodeRecord(each));
  assert.ok(one !== undefined && two !== undefined);
  const changes = registryOf(
    [set(key, SubnetRecordSchema, { membership: bytes(node, other) }), set(one, NodeRecordSchema, { domain: "one" })],
    [set(two, NodeRecordSchema, { domain: "two" })],
    [unset(one)],
    [broken(one)],
  );
  const domains = [0, 1, 2, 3].map((version) =>
    getSubnetNodeRecords(changes, subnet, version)?.map(({ record }) => record.domain),
  );
  assert.deepEqual(domains, [undefined, undefined, ["one", "two"], undefined]);
  assert.throws(() => getSubnetNodeRecords(changes, subnet, 4), malformed);
  assert.throws(() => getSubnetNodeRecords(changes, subnet, 5), unknown);
});
