import assert from "node:assert/strict";
import { test } from "node:test";
import type { Principal } from "@icos/certification";
import { nodeRemovals } from "../mutations/remove-nodes.ts";
import { put, registryKey, SubnetListRecordSchema, SubnetRecordSchema, SubnetType } from "../index.ts";
import { person } from "../../test/network.ts";
import { a, b, changeSubnet, populated, violations } from "../../test/violations.ts";

const ids = (...nodes: readonly Principal[]): Uint8Array[] => nodes.map((id) => id.toUint8Array());

void test("a listed subnet has members, each a node, each once", () => {
  const { network, subnet } = populated();
  const change = (...nodes: readonly Principal[]) =>
    violations(network, changeSubnet(network, subnet, { membership: ids(...nodes) })).join();
  assert.match(change(), /^subnet-membership: .* has no members/);
  assert.match(change(a, a), /^subnet-membership: .* repeats a member/);
  assert.match(change(a, person("x")), /^subnet-membership: .*who is not a node/);
  assert.equal(change(b, a), "");
});

void test("no node is in two listed subnets; a record that is not listed does not count", () => {
  const { network, subnet } = populated();
  const second = person("second subnet");
  const record = put("insert", registryKey.subnetRecord(second), SubnetRecordSchema, {
    membership: ids(a),
    subnetType: SubnetType.APPLICATION,
  });
  assert.deepEqual(violations(network, record), []);
  const list = put("update", registryKey.subnetList, SubnetListRecordSchema, { subnets: ids(subnet, second) });
  assert.match(violations(network, record, list).join(), /^subnet-membership: Node .* is in 2 subnets/);
});

void test("a member's record stays", () => {
  const { network } = populated();
  const gone = violations(network, ...nodeRemovals(network.state, a));
  assert.match(gone.join(), /subnet-membership: node_record_.* cannot go while it is a member/);
  assert.deepEqual(violations(network, ...nodeRemovals(network.state, b)), []);
});
