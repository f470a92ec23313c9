import assert from "node:assert/strict";
import { test } from "node:test";
import { Principal } from "@icos/certification";
import { SUBNET_DEFAULTS } from "../client/subnet-defaults.ts";
import { decodeArgument, encodeArgument } from "./message.ts";
import { METHOD_CODECS } from "./methods.ts";
import { payloadFromJson, payloadToJson } from "./payload-json.ts";

const id = Principal.selfAuthenticating(Buffer.from("x"));

void test("a payload is read from the form that it is written in, for every method", () => {
  const { payload: codec } = METHOD_CODECS.create_subnet;
  const payload = { ...SUBNET_DEFAULTS, node_ids: [id], replica_version_id: "v1", subnet_id_override: id };
  const json = payloadToJson(codec, payload);
  assert.equal(JSON.stringify(json).includes(id.toText()), true);
  const result = payloadFromJson(codec, JSON.parse(JSON.stringify(json)));
  assert.ok(result.kind === "payload");
  assert.deepEqual(encodeArgument(codec, result.payload), encodeArgument(codec, payload));
});

void test("pairs may be an object, lists absent, large numbers text, bytes hex", () => {
  const { payload: codec } = METHOD_CODECS.add_node_operator;
  const result = payloadFromJson(codec, {
    node_allowance: "18446744073709551615",
    dc_id: "zh2",
    max_rewardable_nodes: { type3: 2 },
  });
  assert.ok(result.kind === "payload");
  const { node_allowance, rewardable_nodes, max_rewardable_nodes } = decodeArgument(
    codec,
    encodeArgument(codec, result.payload),
  );
  assert.deepEqual([node_allowance, rewardable_nodes, max_rewardable_nodes], [2n ** 64n - 1n, [], [["type3", 2]]]);
});

void test("a principal may be named", () => {
  const { payload: codec } = METHOD_CODECS.remove_nodes;
  const form = { principal: (text: string) => (text === "node-0" ? id : undefined) };
  const result = payloadFromJson(codec, { node_ids: ["node-0", id.toText()] }, form);
  assert.ok(result.kind === "payload");
  assert.deepEqual(
    result.payload.node_ids.map((each) => each.toText()),
    [id.toText(), id.toText()],
  );
});

void test("everything that is wrong is named by its field", () => {
  const wrong = {
    node_allowance: -1,
    dc_id: 5,
    node_operator_principal_id: "nobody",
    rewardable_nodes: [["type1"], ["type2", "x"]],
    dcid: "zh2",
  };
  const result = payloadFromJson(METHOD_CODECS.add_node_operator.payload, wrong);
  assert.ok(result.kind === "problems");
  assert.deepEqual(result.problems.map(({ key, message }) => `${key} ${message.slice(0, 24).trim()}`).sort(), [
    "dc_id is not text",
    "dcid is no field here: there",
    "node_allowance is not a whole number be",
    "node_operator_principal_id is not a principal",
    "rewardable_nodes.0 is not a pair",
    "rewardable_nodes.1.1 is not a whole number up",
  ]);
  const missing = payloadFromJson(METHOD_CODECS.deploy_guestos_to_all_subnet_nodes.payload, {});
  assert.ok(missing.kind === "problems");
  assert.deepEqual(missing.problems, [
    { key: "subnet_id", message: "is missing" },
    { key: "replica_version_id", message: "is missing" },
  ]);
});
