import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "@icos/system";
import { stranger, testInit, testNns } from "../test/nns-fixture.ts";
import { recordCall, sendCall } from "../test/sent-call.ts";

void test("a call is executed once: sent again it changes nothing, after a restart neither", async () => {
  await using test = await testNns();
  const call = await recordCall(test);
  assert.equal(await sendCall(test, call), 200);
  assert.equal(await test.client().latestVersion(), 2);
  await sendCall(test, call);
  assert.equal(await test.client().latestVersion(), 2);
  await using again = await test.restart();
  await sendCall(again, call);
  assert.equal(await again.client().latestVersion(), 2);
});

void test("a call with a changed byte in its signature, and an expired one, are refused", async () => {
  let offset = 0;
  await using test = await testNns(testInit(), { ...systemClock, now: () => Date.now() + offset });
  const call = await recordCall(test);
  const changed = Buffer.from(call.body);
  const at = changed.indexOf("sender_sig") + "sender_sig".length + 20;
  changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
  assert.equal(await sendCall(test, { ...call, body: changed }), 400);
  offset = 6 * 60_000;
  assert.equal(await sendCall(test, call), 400);
  offset = 0;
  await sendCall(test, await recordCall(test, stranger));
  assert.equal(await test.client().latestVersion(), 1);
});
