import { test } from "node:test";
import assert from "node:assert/strict";
import { lookup, Principal } from "@icos/certification";
import { CANISTER } from "../../test/server-fixture.ts";
import { RequestLog } from "./request-log.ts";

const SECOND = 1_000_000_000n;
const id = (number: number): Uint8Array => Buffer.alloc(32, number);
const request = (expiry: bigint) => ({ sender: Principal.anonymous(), canisterId: CANISTER, expiry });
const status = (log: RequestLog, number: number): string => {
  const found = lookup([id(number), "status"], log.tree);
  return found.kind === "found" ? Buffer.from(found.value).toString() : found.kind;
};
const reply = (bytes: number) => ({ kind: "reply", reply: new Uint8Array(bytes) }) as const;

void test("a status is kept until five minutes after the call's expiry", () => {
  const log = new RequestLog({ maxRequestStatuses: 10, maxReplyBytes: 1000 });
  log.add(id(1), request(100n * SECOND), reply(1));
  assert.equal(log.hasRoom(400n * SECOND), true);
  assert.equal(status(log, 1), "replied");
  assert.equal(log.hasRoom(411n * SECOND), true);
  assert.equal(status(log, 1), "absent");
  assert.equal(log.get(id(1)), undefined);
});

void test("a full log takes no more calls until statuses can be forgotten", () => {
  const log = new RequestLog({ maxRequestStatuses: 2, maxReplyBytes: 1000 });
  log.add(id(1), request(100n * SECOND), reply(1));
  log.add(id(2), request(200n * SECOND), reply(1));
  assert.equal(log.hasRoom(300n * SECOND), false);
  assert.equal(log.hasRoom(401n * SECOND), true);
  assert.deepEqual([status(log, 1), status(log, 2)], ["absent", "replied"]);
});

void test("replies beyond the limit are dropped, the oldest first, and their calls stay known as done", () => {
  const log = new RequestLog({ maxRequestStatuses: 10, maxReplyBytes: 100 });
  for (const number of [1, 2, 3]) log.add(id(number), request(SECOND), reply(40));
  assert.deepEqual(
    [1, 2, 3].map((number) => status(log, number)),
    ["done", "replied", "replied"],
  );
  log.add(id(4), request(SECOND), reply(101));
  assert.deepEqual(
    [1, 2, 3, 4].map((number) => status(log, number)),
    ["done", "done", "done", "done"],
  );
  assert.notEqual(log.get(id(1)), undefined);
});
