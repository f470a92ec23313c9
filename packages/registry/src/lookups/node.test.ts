import assert from "node:assert/strict";
import { test } from "node:test";
import { Principal } from "@icos/certification";
import {
  getNodeIds,
  getNodeRecord,
  getSubnetIdFromNodeId,
  NodeRecordSchema,
  registryKey,
  SubnetListRecordSchema,
  SubnetRecordSchema,
} from "../index.ts";
import { broken, registryOf, set, unset } from "../../test/history.ts";

const id = (byte: number): Principal => Principal.fromUint8Array(Uint8Array.of(byte, 1));
const [node, other] = [id(1), id(2)];
const key = registryKey.nodeRecord(node);
const list = (...subnets: readonly Principal[]) =>
  set(registryKey.subnetList, SubnetListRecordSchema, { subnets: subnets.map((subnet) => subnet.toUint8Array()) });
const subnet = (at: Principal, ...members: readonly Principal[]) =>
  set(registryKey.subnetRecord(at), SubnetRecordSchema, { membership: members.map((member) => member.toUint8Array()) });

void test("get_node_record: the record at the version, nothing when absent or removed, and again when added again", () => {
  const registry = registryOf(
    [unset("other")],
    [set(key, NodeRecordSchema, { domain: "one.example" })],
    [unset(key)],
    [set(key, NodeRecordSchema, { domain: "two.example" })],
    [broken(key)],
  );
  const domains = [0, 1, 2, 3, 4].map((version) => getNodeRecord(registry, node, version)?.domain);
  assert.deepEqual(domains, [undefined, undefined, "one.example", undefined, "two.example"]);
  assert.equal(getNodeRecord(registry, other, 4), undefined);
  assert.throws(() => getNodeRecord(registry, node, 5), { code: "registry-record-malformed" });
  assert.throws(() => getNodeRecord(registry, node, 6), { code: "registry-version-unknown" });
});

void test("get_subnet_id_from_node_id: the first listed subnet, in the order of the list", () => {
  const [first, second] = [id(20), id(10)];
  const registry = registryOf(
    [subnet(first, other, node), subnet(second, node)],
    [list(first, second)],
    [list(second, first)],
    [list(id(30), first)],
    [unset(registryKey.subnetRecord(first))],
    [broken(registryKey.subnetRecord(first))],
    [list(second, first)],
    [unset(registryKey.subnetList)],
    [broken(registryKey.subnetList)],
  );
  const found = [1, 2, 3, 4, 5, 7, 8].map((version) => getSubnetIdFromNodeId(registry, node, version)?.toText());
  assert.deepEqual(found, [
    undefined, // no list
    first.toText(),
    second.toText(),
    first.toText(), // a listed subnet without a record is passed over
    undefined,
    second.toText(), // found before the record that does not decode is read
    undefined,
  ]);
  assert.equal(getSubnetIdFromNodeId(registry, id(99), 2), undefined);
  assert.throws(() => getSubnetIdFromNodeId(registry, other, 7), { code: "registry-record-malformed" });
  assert.throws(() => getSubnetIdFromNodeId(registry, node, 9), { code: "registry-record-malformed" });
  assert.throws(() => getSubnetIdFromNodeId(registry, node, 10), { code: "registry-version-unknown" });
});

void test("get_node_ids: those with a record at the version; keys that name no node are dropped", () => {
  const registry = registryOf(
    [set(key, NodeRecordSchema), set("node_record_nobody", NodeRecordSchema), set("node_record_", NodeRecordSchema)],
    [
      set(registryKey.nodeRecord(other), NodeRecordSchema),
      set(registryKey.nodeOperatorRecord(id(3)), NodeRecordSchema),
    ],
    [unset(key)],
    [broken(key)],
  );
  const found = [0, 1, 2, 3, 4].map((version) => getNodeIds(registry, version).map((found) => found.toText()));
  const both = [node.toText(), other.toText()].sort();
  assert.deepEqual(found, [[], [node.toText()], both, [other.toText()], both]);
  assert.throws(() => getNodeIds(registry, 5), { code: "registry-version-unknown" });
});
