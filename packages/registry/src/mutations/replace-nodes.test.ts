import assert from "node:assert/strict";
import { test } from "node:test";
import type { Principal } from "@icos/certification";
import {
  ApiBoundaryNodeRecordSchema,
  NodeOperatorRecordSchema,
  NodeRecordSchema,
  put,
  readRecord,
  registryKey,
} from "../index.ts";
import {
  OPERATOR,
  operator,
  OTHER_OPERATOR,
  person,
  PROVIDER,
  subnetOf,
  TestNetwork,
  VERSION,
} from "../../test/network.ts";
import { testNode } from "../../test/nodes.ts";
import { changeNode } from "../../test/violations.ts";

const [old, young, third] = [testNode(0), testNode(1), testNode(2)];
const atOldAddress = {
  ...young.payload,
  http_endpoint: old.payload.http_endpoint,
  xnet_endpoint: old.payload.xnet_endpoint,
};
const exists = ({ state }: TestNetwork, node: Principal): boolean =>
  state.get(registryKey.nodeRecord(node)) !== undefined;
const allowance = ({ state }: TestNetwork, who: Principal): bigint | undefined =>
  readRecord(state, NodeOperatorRecordSchema, registryKey.nodeOperatorRecord(who))?.nodeAllowance;

function withOldNode(): TestNetwork {
  const network = new TestNetwork();
  network.do("add_node", old.payload, OPERATOR);
  return network;
}

void test("a node at the address of an unassigned one takes its place, in one version, and no quota", () => {
  const network = withOldNode();
  network.do("add_node", atOldAddress, OPERATOR);
  assert.equal(network.state.version, 3);
  assert.deepEqual([exists(network, old.id), exists(network, young.id)], [false, true]);
  assert.deepEqual(
    network.state.keys("crypto_").filter((key) => key.includes(old.id.toText())),
    [],
  );
  assert.equal(allowance(network, OPERATOR), 4n);
});

void test("the http address alone decides, in whatever spelling", () => {
  const network = withOldNode();
  const [http, xnet] = ["[fd00:2::1]:8080", "[fd00:1::10]:2498"];
  network.do("add_node", { ...young.payload, http_endpoint: http, xnet_endpoint: xnet }, OPERATOR);
  assert.deepEqual([exists(network, old.id), exists(network, young.id)], [true, true]);
  const spelled = { http_endpoint: "[FD00:0001::0010]:9090", xnet_endpoint: "[fd00:3::1]:2497" };
  network.do("add_node", { ...third.payload, ...spelled }, OPERATOR);
  assert.deepEqual([exists(network, old.id), exists(network, third.id)], [false, true]);
});

void test("an operator whose quota is used up may still replace its node", () => {
  const network = withOldNode();
  network.do("update_node_operator_config", { node_operator_id: OPERATOR, node_allowance: 0n, rewardable_nodes: [] });
  network.do("add_node", atOldAddress, OPERATOR);
  assert.equal(allowance(network, OPERATOR), 0n);
});

void test("a member of a subnet keeps its address", () => {
  const network = withOldNode();
  network.do("create_subnet", subnetOf([old.id]));
  assert.equal(network.try("add_node", atOldAddress, OPERATOR), "node-assigned");
  assert.equal(exists(network, old.id), true);
});

void test("a node of another operator keeps its address", () => {
  const network = withOldNode();
  assert.equal(network.try("add_node", atOldAddress, OTHER_OPERATOR), "caller-not-node-operator");
});

void test("an operator of the same provider and data centre may replace it; the old operator gets its quota back", () => {
  const network = withOldNode();
  const colleague = person("colleague");
  network.write([operator(colleague, PROVIDER, 1n)]);
  network.do("add_node", atOldAddress, colleague);
  assert.deepEqual([allowance(network, OPERATOR), allowance(network, colleague)], [5n, 0n]);
});

void test("the place of an API boundary node goes to the node that replaces it", () => {
  const network = withOldNode();
  const boundary = { version: VERSION };
  network.write([
    changeNode(network, old.id, { domain: "old.example" }),
    put("insert", registryKey.apiBoundaryNode(old.id), ApiBoundaryNodeRecordSchema, boundary),
  ]);
  assert.equal(network.try("add_node", atOldAddress, OPERATOR), "invariant-violated");
  network.do("add_node", { ...atOldAddress, domain: "old.example" }, OPERATOR);
  assert.equal(network.state.get(registryKey.apiBoundaryNode(old.id)), undefined);
  const record = readRecord(network.state, ApiBoundaryNodeRecordSchema, registryKey.apiBoundaryNode(young.id));
  assert.equal(record?.version, VERSION);
});

void test("several nodes at one address all go, unless one is at the API boundary", () => {
  const network = withOldNode();
  network.do("add_node", young.payload, OPERATOR);
  // Two ports at one address: only another path than add_node makes that.
  const record = readRecord(network.state, NodeRecordSchema, registryKey.nodeRecord(young.id));
  assert.ok(record?.http);
  record.http = { ...record.http, ipAddr: "fd00:1::10", port: 8081 };
  network.write([put("update", registryKey.nodeRecord(young.id), NodeRecordSchema, record)]);
  const { http_endpoint, xnet_endpoint } = old.payload;
  const payload = { ...third.payload, http_endpoint, xnet_endpoint };
  const key = registryKey.apiBoundaryNode(old.id);
  network.write([
    changeNode(network, old.id, { domain: "old.example" }),
    put("insert", key, ApiBoundaryNodeRecordSchema, { version: VERSION }),
  ]);
  assert.equal(network.try("add_node", payload, OPERATOR), "node-is-api-boundary");
  network.write([{ kind: "delete", key }]);
  network.do("add_node", payload, OPERATOR);
  assert.deepEqual(
    [old, young, third].map(({ id }) => exists(network, id)),
    [false, false, true],
  );
  assert.equal(allowance(network, OPERATOR), 4n);
});
