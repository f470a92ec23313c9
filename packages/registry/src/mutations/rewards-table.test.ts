import assert from "node:assert/strict";
import { test } from "node:test";
import { NodeRewardsTableSchema, readRecord, registryKey } from "../index.ts";
import { OPERATOR, TestNetwork } from "../../test/network.ts";
import { testNode } from "../../test/nodes.ts";

const rate = (amount: bigint, percent?: number) => ({
  xdr_permyriad_per_node_per_month: amount,
  ...(percent !== undefined && { reward_coefficient_percent: percent }),
});
const table = ({ state }: TestNetwork) => {
  const record = readRecord(state, NodeRewardsTableSchema, registryKey.nodeRewardsTable);
  return Object.entries(record?.table ?? {}).map(([region, { rates }]) => [
    region,
    Object.entries(rates).map(([type, { xdrPermyriadPerNodePerMonth, rewardCoefficientPercent }]) => [
      type,
      xdrPermyriadPerNodePerMonth,
      rewardCoefficientPercent,
    ]),
  ]);
};

void test("rates are added to regions and replaced in them; others stay", () => {
  const network = new TestNetwork();
  network.do("update_node_rewards_table", {
    new_entries: [
      ["Asia", { rates: [["type1", rate(1n)]] }],
      ["Europe", { rates: [["type1", rate(2n)]] }],
    ],
  });
  const more = [
    ["type1", rate(3n, 80)],
    ["type3", rate(4n)],
  ] as const;
  network.do("update_node_rewards_table", { new_entries: [["Europe", { rates: more }]] });
  assert.deepEqual(table(network), [
    ["Asia", [["type1", 1n, undefined]]],
    [
      "Europe",
      [
        ["type1", 3n, 80],
        ["type3", 4n, undefined],
      ],
    ],
  ]);
});

void test("a coefficient beyond 100 per cent is refused", () => {
  for (const percent of [-1, 101]) {
    const payload = { new_entries: [["Asia", { rates: [["type3", rate(1n, percent)]] }]] } as const;
    assert.equal(new TestNetwork().try("update_node_rewards_table", payload), "reward-coefficient");
  }
});

void test("once there is a table, a node needs a reward type and quota for it", () => {
  const network = new TestNetwork();
  network.do("update_node_rewards_table", { new_entries: [] });
  const { payload } = testNode(0);
  assert.equal(network.try("add_node", payload, OPERATOR), "reward-type-required");
  const typed = { ...payload, node_reward_type: "type1.1" };
  assert.equal(network.try("add_node", typed, OPERATOR), "reward-quota-exhausted");
  // A count of a type that nobody knows is not in the way, and a count of none takes a type out.
  const counts = (max_rewardable_nodes: readonly (readonly [string, number])[]) =>
    network.do("update_node_operator_config", {
      node_operator_id: OPERATOR,
      rewardable_nodes: [],
      max_rewardable_nodes,
    });
  counts([
    ["default", 3],
    ["type1.1", 1],
  ]);
  network.do("add_node", typed, OPERATOR);
  network.do("remove_node_directly", { node_id: testNode(0).id }, OPERATOR);
  counts([]);
  network.do("add_node", typed, OPERATOR);
  network.do("remove_node_directly", { node_id: testNode(0).id }, OPERATOR);
  counts([["type1.1", 0]]);
  assert.equal(network.try("add_node", typed, OPERATOR), "reward-quota-exhausted");
});
