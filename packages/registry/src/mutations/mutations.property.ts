import assert from "node:assert/strict";
import { test } from "node:test";
import type { Principal } from "@icos/certification";
import * as fc from "fast-check";
import {
  checkWholeRegistry,
  completeVersion,
  decodeVersion,
  KeyPrefix,
  NodeOperatorRecordSchema,
  type PayloadOf,
  principalOfKey,
  readRecord,
  registryKey,
  type RegistryMethod,
  RegistryState,
} from "../index.ts";
import { INDEX_NAMES } from "../state/indexes.ts";
import { GOVERNANCE, OPERATOR, OTHER_OPERATOR, subnetOf, TestNetwork } from "../../test/network.ts";
import { testNode } from "../../test/nodes.ts";

const NODES = 5;
const ids = Array.from({ length: NODES }, (_, index) => testNode(index).id);

type Step = (network: TestNetwork) => string | undefined;
const step =
  <M extends RegistryMethod>(method: M, payload: PayloadOf<M>, caller = GOVERNANCE): Step =>
  (network) =>
    network.try(method, payload, caller);

const node = fc.nat(NODES - 1);
const someNodes = fc.array(fc.constantFrom(...ids), { maxLength: 3 });
const caller = fc.constantFrom(OPERATOR, OPERATOR, OTHER_OPERATOR, GOVERNANCE);
const version = fc.constantFrom("v1", "v2", "v3");
/** One of the subnets that there are then, the root subnet included. */
const withSubnet =
  (place: number, make: (subnet: Principal) => Step): Step =>
  (network) => {
    const keys = network.state.keys(KeyPrefix.subnetRecord);
    const subnet = principalOfKey(KeyPrefix.subnetRecord, keys[place % keys.length] ?? "");
    return subnet ? make(subnet)(network) : undefined;
  };

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(node, node, caller).map(([index, address, who]) => {
    const { http_endpoint, xnet_endpoint } = testNode(address).payload;
    return step("add_node", { ...testNode(index).payload, http_endpoint, xnet_endpoint }, who);
  }),
  fc.tuple(node, caller).map(([index, who]) => step("add_node", testNode(index).payload, who)),
  fc.tuple(fc.constantFrom(...ids), caller).map(([node_id, who]) => step("remove_node_directly", { node_id }, who)),
  someNodes.map((node_ids) => step("remove_nodes", { node_ids })),
  fc
    .tuple(someNodes, version)
    .map(([node_ids, replica_version_id]) => step("create_subnet", { ...subnetOf(node_ids), replica_version_id })),
  fc.nat(5).map((place) => withSubnet(place, (subnet_id) => step("delete_subnet", { subnet_id }))),
  fc
    .tuple(fc.nat(5), someNodes)
    .map(([place, node_ids]) => withSubnet(place, (subnet_id) => step("add_nodes_to_subnet", { subnet_id, node_ids }))),
  fc
    .tuple(fc.nat(5), someNodes, someNodes)
    .map(([place, node_ids_add, node_ids_remove]) =>
      withSubnet(place, (subnet_id) => step("change_subnet_membership", { subnet_id, node_ids_add, node_ids_remove })),
    ),
  someNodes.map((node_ids) => step("remove_nodes_from_subnet", { node_ids })),
  fc
    .tuple(version, fc.array(version, { maxLength: 1 }))
    .map(([replica_version_to_elect, replica_versions_to_unelect]) =>
      step("revise_elected_guestos_versions", {
        replica_version_to_elect,
        release_package_sha256_hex: "0f".repeat(32),
        release_package_urls: ["http://x.example/y"],
        replica_versions_to_unelect,
      }),
    ),
  fc
    .tuple(fc.nat(5), version)
    .map(([place, replica_version_id]) =>
      withSubnet(place, (subnet_id) => step("deploy_guestos_to_all_subnet_nodes", { subnet_id, replica_version_id })),
    ),
  version.map((replica_version) => step("update_unassigned_nodes_config", { replica_version })),
  fc.constantFrom(OPERATOR, OTHER_OPERATOR).map((operator) =>
    step("remove_node_operators", {
      node_operators_to_remove: [],
      node_operator_principals_to_remove: { principals: [operator] },
    }),
  ),
);

void test("after any sequence of calls all invariants hold, and a refused call changes nothing", () => {
  fc.assert(
    fc.property(fc.array(steps, { maxLength: 25 }), (sequence) => {
      const network = new TestNetwork();
      for (const run of sequence) {
        const before = network.state.version;
        if (run(network) !== undefined) assert.equal(network.state.version, before);
        assert.deepEqual(checkWholeRegistry(network.state, network.rules), []);
      }
      checkQuota(network);
      checkRebuilt(network.state);
    }),
    { numRuns: 40, seed: 1 },
  );
});

/** Nodes and quota of an operator add up to what it began with. */
function checkQuota({ state }: TestNetwork): void {
  for (const operator of [OPERATOR, OTHER_OPERATOR]) {
    const record = readRecord(state, NodeOperatorRecordSchema, registryKey.nodeOperatorRecord(operator));
    if (!record) continue;
    assert.equal(Number(record.nodeAllowance) + state.holders("nodeOperator", operator.toText()).length, 5);
  }
}

/** The state, indexes included, is the one that its certified versions make. */
function checkRebuilt(state: RegistryState): void {
  const rebuilt = new RegistryState();
  for (const version of state.history.since(0))
    rebuilt.commit(decodeVersion(version.version, completeVersion(version)));
  assert.deepEqual(rebuilt.keys(""), state.keys(""));
  for (const key of state.keys("")) {
    assert.deepEqual(Buffer.from(rebuilt.get(key) ?? []), Buffer.from(state.get(key) ?? []));
  }
  const fresh = new RegistryState();
  fresh.commit({ version: 1, time: 0n, changes: state.keys("").map((key) => ({ key, value: state.get(key) })) });
  const restored = new RegistryState();
  restored.restore(state.history.since(0));
  for (const index of INDEX_NAMES) {
    assert.deepEqual(state.indexContent(index), fresh.indexContent(index));
    assert.deepEqual(state.indexContent(index), restored.indexContent(index));
  }
}
