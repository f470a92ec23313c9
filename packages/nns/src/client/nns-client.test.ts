import assert from "node:assert/strict";
import { test } from "node:test";
import { ThresholdKey } from "@icos/certification";
import { NodeOperatorRecordSchema, readRecord, registryKey } from "@icos/registry";
import { governance, operator, principalOf, stranger, testNns } from "../../test/nns-fixture.ts";
import { testNode } from "../../../registry/test/nodes.ts";
import { NnsClient } from "../index.ts";

const [first, second] = [testNode(0), testNode(1)];

void test("a testnet's life: nodes join, make a subnet, change version, leave", async () => {
  await using test = await testNns();
  const client = test.client(operator);
  const { governance } = test;
  assert.equal((await client.call("add_node", first.payload)).toText(), first.id.toText());
  await client.call("add_node", second.payload);
  assert.deepEqual([...(await client.nodes()).keys()].sort(), [first.id.toText(), second.id.toText()].sort());
  const subnet = await governance.createSubnet({ node_ids: [first.id], replica_version_id: "v1" });
  await governance.addNodesToSubnet({ subnet_id: subnet, node_ids: [second.id] });
  await governance.reviseElectedGuestosVersions({
    replica_version_to_elect: "v2",
    release_package_sha256_hex: "cd".repeat(32),
    release_package_urls: ["http://files.example/v2/update-img.tar.zst"],
    guest_launch_measurements: {
      guest_launch_measurements: [{ measurement: Buffer.alloc(48, 1), metadata: { kernel_cmdline: "quiet" } }],
    },
    replica_versions_to_unelect: [],
  });
  await governance.deployGuestosToAllSubnetNodes({ subnet_id: subnet, replica_version_id: "v2" });
  await governance.deployGuestosToAllUnassignedNodes({ elected_replica_version: "v2" });
  const record = (await client.subnets()).get(subnet.toText());
  assert.deepEqual([record?.replicaVersionId, record?.membership.length], ["v2", 2]);
  await governance.changeSubnetMembership({ subnet_id: subnet, node_ids_add: [], node_ids_remove: [second.id] });
  await client.call("remove_node_directly", { node_id: second.id });
  await governance.deleteSubnet({ subnet_id: subnet });
  await governance.removeNodes({ node_ids: [first.id] });
  assert.deepEqual([(await client.nodes()).size, (await client.subnets()).size], [0, 0]);
  assert.equal(await client.latestVersion(), 12);
});

void test("operators and data centres are added, changed and removed", async () => {
  await using test = await testNns();
  const who = principalOf(stranger);
  await test.governance.addOrRemoveDataCenters({
    data_centers_to_add: [{ id: "ZH2", region: "Europe", owner: "x", gps: { latitude: 47.5, longitude: 8.5 } }],
    data_centers_to_remove: ["dc1"],
  });
  await test.governance.addNodeOperator({
    node_operator_principal_id: who,
    node_provider_principal_id: principalOf(governance),
    node_allowance: 2n,
    dc_id: "ZH2",
    rewardable_nodes: [["type1", 3]],
    max_rewardable_nodes: [["type3.1", 4]],
    ipv6: "2001:db8:0:0:0:0:0:1",
  });
  await test.governance.updateNodeOperatorConfig({
    node_operator_id: who,
    rewardable_nodes: [],
    set_ipv6_to_none: true,
  });
  const history = await test.client().history();
  const view = { get: (key: string) => history.value(key) };
  const record = readRecord(view, NodeOperatorRecordSchema, registryKey.nodeOperatorRecord(who));
  assert.deepEqual(
    [record?.nodeAllowance, record?.dcId, record?.rewardableNodes, record?.maxRewardableNodes, record?.ipv6],
    [2n, "zh2", { type1: 3 }, { "type3.1": 4 }, undefined],
  );
  await test.governance.removeNodeOperators({
    node_operators_to_remove: [],
    node_operator_principals_to_remove: { principals: [who] },
  });
  assert.equal((await test.client().history()).value(registryKey.nodeOperatorRecord(who)), undefined);
});

void test("a refusal comes back with its code and sentence, and changes nothing", async () => {
  await using test = await testNns();
  await assert.rejects(test.client(stranger).call("add_node", first.payload), {
    code: "registry-refused",
    message: /There is no node operator record/,
    details: { method: "add_node", registryCode: "operator-unknown" },
  });
  await assert.rejects(test.client(operator).call("remove_nodes", { node_ids: [] }), {
    details: { method: "remove_nodes", registryCode: "caller-not-governance" },
  });
  assert.equal(await test.client().latestVersion(), 1);
});

void test("an operator's quota ends with its last node", async () => {
  await using test = await testNns();
  await test.governance.updateNodeOperatorConfig({
    node_operator_id: principalOf(operator),
    node_allowance: 1n,
    rewardable_nodes: [],
  });
  const client = test.client(operator);
  await client.call("add_node", first.payload);
  await assert.rejects(client.call("add_node", second.payload), {
    details: { method: "add_node", registryCode: "node-allowance-exhausted" },
  });
});

void test("a client with another root key believes neither reads nor replies", async () => {
  await using test = await testNns();
  const rootKey = ThresholdKey.generate().publicKey.der;
  const client = new NnsClient({ url: test.url, rootKey, identity: operator });
  await assert.rejects(client.latestVersion(), { code: "certificate-signature" });
  await assert.rejects(client.call("add_node", first.payload), { code: "registry-call-failed" });
});

void test("a preview shows what a call would do or what stands against it, and nothing changes", async () => {
  await using test = await testNns();
  const expected = await test.client(operator).preview("add_node", first.payload);
  assert.deepEqual([expected.version, expected.refusals, expected.violations], [1n, [], []]);
  await test.client(operator).call("add_node", first.payload);
  const made = (await test.client().history()).at(2)?.changes.map(({ key, value }) => [key, value]);
  assert.deepEqual(
    expected.changes.map(({ key, value }) => [key, value && Uint8Array.from(value)]),
    made?.map(([key, value]) => [key, value instanceof Uint8Array ? Uint8Array.from(value) : value]),
  );
  const refused = await test.client(stranger).preview("add_node", second.payload);
  assert.deepEqual(
    refused.refusals.map(({ code }) => code),
    ["operator-unknown"],
  );
  assert.equal(await test.client().latestVersion(), 2);
});
