import assert from "node:assert/strict";
import { test } from "node:test";
import { Principal, selfAuthenticating } from "@icos/certification";
import {
  getDataCenterRecord,
  getNodeIds,
  getNodeOperatorRecord,
  getNodeRecord,
  getRootSubnetId,
  getRoutingTable,
  getSubnetIds,
  HistoryReader,
  RegistryHistory,
  type RegistryReader,
} from "@icos/registry";
import { parsePrepPlan, prepareNetwork, type PrepPlanInput } from "./index.ts";

const person = (name: string): Principal => selfAuthenticating(Buffer.from(name));
const OPERATOR = person("operator");
const node = (idx: number, more: object = {}) => ({
  idx,
  xnet_api: `[2001:db8::${idx + 1}]:2497`,
  public_api: `[2001:db8::${idx + 1}]:8080`,
  ...more,
});

function registryOf(plan: Partial<PrepPlanInput> & Pick<PrepPlanInput, "nodes">): RegistryReader {
  const parsed = parsePrepPlan({ replica_version: "v1", governance: person("governance").toText(), ...plan });
  const history = new RegistryHistory();
  history.append(prepareNetwork({ plan: parsed, seed: Buffer.from("seed"), time: 0 }).version);
  return new HistoryReader(history);
}

void test("operators that are listed have their own quota, provider and data centre, and their nodes", () => {
  const registry = registryOf({
    nodes: [node(0, { node_operator_principal_id: OPERATOR.toText() }), node(1)],
    initial_node_operator: person("initial").toText(),
    node_operators: [
      {
        principal: OPERATOR.toText(),
        provider: person("provider").toText(),
        data_center: "dc_A",
        node_allowance: 3,
      },
      { principal: person("idle").toText(), data_center: "dc_B", node_allowance: 0 },
    ],
    data_centers: [{ id: "dc_A", region: "r", owner: "o", gps: { latitude: 37.5, longitude: -122.25 } }],
  });
  const record = (who: Principal) => getNodeOperatorRecord(registry, who, 1);
  const shown = [OPERATOR, person("idle"), person("initial")].map((who) => [
    record(who)?.nodeAllowance,
    record(who)?.dcId,
    record(who)?.maxRewardableNodes,
    Principal.fromUint8Array(record(who)?.nodeProviderPrincipalId ?? new Uint8Array()).toText(),
  ]);
  assert.deepEqual(shown, [
    [3n, "dc_a", {}, person("provider").toText()],
    [0n, "dc_b", {}, person("idle").toText()],
    [80n, "", { "type3.1": 80 }, person("initial").toText()],
  ]);
  assert.deepEqual(
    [getDataCenterRecord(registry, "dc_a", 1)?.id, getDataCenterRecord(registry, "dc_a", 1)?.gps?.longitude],
    ["dc_a", -122.25],
  );
  const operators = getNodeIds(registry, 1).map((id) => getNodeRecord(registry, id, 1)?.nodeOperatorId ?? []);
  assert.equal(new Set(operators.map((bytes) => Buffer.from(bytes).toString("hex"))).size, 2);
});

void test("without subnet records nodes are there and unassigned", () => {
  const registry = registryOf({ nodes: [node(0, { subnet_idx: 0 })], no_subnet_records: true });
  assert.deepEqual([getSubnetIds(registry, 1), getNodeIds(registry, 1).length], [[], 1]);
  const root = getRootSubnetId(registry, 1)?.toText();
  assert.deepEqual(
    getRoutingTable(registry, 1)?.map(({ end, subnet }) => [end, subnet.toText()]),
    [[0xf_ffffn, root]],
  );
});

void test("canister ids to choose from are the lower half, and the root subnet allocates where upstream's does", () => {
  const half = 1n << 63n;
  const step = 1n << 20n;
  const ranges = (nodes: PrepPlanInput["nodes"]) => {
    const registry = registryOf({ nodes, specified_ids_allocation_range: true });
    const owners = [getRootSubnetId(registry, 1), ...getSubnetIds(registry, 1)].map((id) => id?.toText());
    return getRoutingTable(registry, 1)?.map(({ start, end, subnet }) => [start, end, owners.indexOf(subnet.toText())]);
  };
  assert.deepEqual(ranges([node(0, { subnet_idx: 0 }), node(1, { subnet_idx: 1 })]), [
    [0n, half - 1n, 0],
    [half, half + step - 1n, 1],
    [half + step, half + 2n * step - 1n, 0],
    [half + 2n * step, half + 3n * step - 1n, 2],
  ]);
  assert.deepEqual(ranges([node(0)]), [
    [0n, half - 1n, 0],
    [half + step, half + 2n * step - 1n, 0],
  ]);
});
