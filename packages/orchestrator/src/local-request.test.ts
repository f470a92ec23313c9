import assert from "node:assert/strict";
import { test } from "node:test";
import { startLocalService } from "../test/local-service.ts";
import { localRequest } from "./local-request.ts";

void test("the whole request arrives with its end mark, and the whole answer comes back", async () => {
  await using service = await startLocalService((request) => `${request.length} bytes`);
  assert.equal(await localRequest(service.socket, "a\nb\n"), "8 bytes");
  assert.deepEqual(service.requests, ["a\nb\nend\n"]);
  assert.equal(await localRequest(service.socket, `${"x".repeat(200_000)}\n`), "200005 bytes");
});

void test("an endless answer is cut off", async () => {
  await using service = await startLocalService(() => "x".repeat(200_000));
  await assert.rejects(localRequest(service.socket, "x\n"), { code: "local-request-failed", message: /too long/ });
});

void test("where nobody listens the service does not exist", async () => {
  await assert.rejects(localRequest("/nonexistent/socket", "x\n"), { code: "no-such-service" });
});
