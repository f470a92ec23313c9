import assert from "node:assert/strict";
import { test } from "node:test";
import { HttpAgent } from "@icp-sdk/core/agent";
import { REGISTRY_CANISTER_ID } from "@icos/registry";
import { systemClock } from "@icos/system";
import { encodeArgument, METHOD_CODECS } from "./index.ts";
import { governance, operator, principalOf, stranger, testInit, type TestNns, testNns } from "../test/nns-fixture.ts";

interface Sent {
  readonly path: string;
  readonly body: Uint8Array;
}

/** A call as it goes over the wire, kept instead of sent. */
async function record(test: TestNns, identity = governance): Promise<Sent> {
  const sent: Sent[] = [];
  const keep: typeof fetch = async (input, init) => {
    const { body } = init ?? {};
    const url = typeof input === "string" ? input : input instanceof URL ? input.href : input.url;
    if (body instanceof Uint8Array) sent.push({ path: new URL(url).pathname, body });
    return new Response("kept", { status: 400 });
  };
  const agent = HttpAgent.createSync({
    host: test.url,
    rootKey: test.nns.rootKey,
    identity,
    retryTimes: 0,
    fetch: keep,
  });
  const { payload } = METHOD_CODECS.update_node_operator_config;
  const change = { node_operator_id: principalOf(operator), node_allowance: 9n, rewardable_nodes: [] };
  const arg = encodeArgument(payload, change);
  const call = agent.call(REGISTRY_CANISTER_ID.toText(), { methodName: "update_node_operator_config", arg });
  await assert.rejects(call);
  const [first] = sent;
  assert.ok(first);
  return first;
}

async function send(test: TestNns, { path, body }: Sent): Promise<number> {
  const headers = { "content-type": "application/cbor" };
  const response = await fetch(new URL(path, test.url), { method: "POST", headers, body: Buffer.from(body) });
  await response.arrayBuffer();
  return response.status;
}

void test("a call is executed once: sent again it changes nothing, after a restart neither", async () => {
  await using test = await testNns();
  const call = await record(test);
  assert.equal(await send(test, call), 200);
  assert.equal(await test.client().latestVersion(), 2);
  await send(test, call);
  assert.equal(await test.client().latestVersion(), 2);
  await using again = await test.restart();
  await send(again, call);
  assert.equal(await again.client().latestVersion(), 2);
});

void test("a call with a changed byte in its signature, and an expired one, are refused", async () => {
  let offset = 0;
  await using test = await testNns(testInit(), { ...systemClock, now: () => Date.now() + offset });
  const call = await record(test);
  const changed = Buffer.from(call.body);
  const at = changed.indexOf("sender_sig") + "sender_sig".length + 20;
  changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
  assert.equal(await send(test, { ...call, body: changed }), 400);
  offset = 6 * 60_000;
  assert.equal(await send(test, call), 400);
  offset = 0;
  await send(test, await record(test, stranger));
  assert.equal(await test.client().latestVersion(), 1);
});
