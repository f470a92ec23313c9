import assert from "node:assert/strict";
import { test } from "node:test";
import { parseJson5, parsePrepPlan } from "./index.ts";
import { node } from "./testing-network.ts";

void test("a plan's problems are named all at once", () => {
  const plan = {
    replica_version: "",
    release_package_download_url: "not a URL",
    nodes: [{ idx: 0, xnet_api: "2001:db8::1", public_api: "[::1]:70000", node_reward_type: "type9", colour: "red" }],
    initial_node_operator: "me",
  };
  assert.throws(
    () => parsePrepPlan(plan, "plan.json5"),
    (error: Error) => {
      for (const part of [
        "replica_version",
        "download_url",
        "xnet_api",
        "public_api",
        "reward type",
        "colour",
        "operator",
      ]) {
        assert.ok(error.message.includes(part), part);
      }
      return true;
    },
  );
  for (const provisional_whitelist of [["*", "aaaaa-aa"], ["everybody"], "*"])
    assert.throws(() => parsePrepPlan({ replica_version: "v", nodes: [], provisional_whitelist }), {
      code: "prep-plan-invalid",
      message: /provisional_whitelist/,
    });
  const nodes = [node(0), node(0), node(1, { api_boundary_node: true, subnet_idx: 0 })];
  const contradictory = {
    replica_version: "v",
    release_package_sha256_hex: "00".repeat(32),
    initial_node_provider: "aaaaa-aa",
    nodes,
  };
  const operator = { principal: "aaaaa-aa", data_center: "", node_allowance: 1 };
  assert.throws(() => parsePrepPlan({ replica_version: "v", nodes: [], node_operators: [operator, operator] }), {
    message: /aaaaa-aa is there twice/,
  });
  assert.throws(() => parsePrepPlan(contradictory), {
    message: /idx 0 is used twice.*cannot be in a subnet.*needs a domain.*go together.*needs initial_node_operator/,
  });
});

void test("a node in upstream's notation is read, without the outer braces", () => {
  const text = `{idx:7,subnet_idx:0,xnet_api:"[2001:db8::7]:2497",public_api:"[2001:db8::7]:8080"}`;
  const plan = parsePrepPlan({ replica_version: "v", nodes: [parseJson5(text, "--node")] });
  assert.deepEqual(plan.nodes[0]?.xnet_api, { ipAddr: "2001:db8::7", port: 2497 });
  assert.throws(() => parseJson5("{idx:", "--node"), { code: "prep-plan-invalid" });
});
