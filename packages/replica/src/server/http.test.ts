import { test } from "node:test";
import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { Principal, signRequest } from "@icos/certification";
import { post, call, canisterPath } from "../../test/client.ts";
import { CANISTER, startServer } from "../../test/server-fixture.ts";

void test("paths, methods, media types and sizes that are not of the interface have their own refusals", async () => {
  await using server = await startServer({ limits: { maxBody: 1000 } });
  const { body } = signRequest(call(undefined));
  const status = async (method: string, path: string): Promise<number> =>
    (await fetch(server.url + path, { method })).status;
  assert.equal(await status("GET", "/"), 404);
  assert.equal(await status("POST", "/api/v2/status"), 405);
  assert.equal(await status("GET", `/api/v4/canister/${CANISTER.toText()}/call`), 405);
  assert.equal((await post(canisterPath(server.url, 4, "query"), body)).status, 404);
  assert.equal((await post(`${server.url}/api/v4/canister/aaaaa-ab/call`, body)).status, 400);
  assert.equal((await post(canisterPath(server.url, 4, "call"), body, "text/plain")).status, 415);
  assert.equal((await post(canisterPath(server.url, 4, "call"), new Uint8Array(1001))).status, 413);
  const elsewhere = Principal.fromUint8Array(Uint8Array.of(0, 0, 0, 0, 9, 0, 0, 0, 1, 1));
  assert.equal((await post(canisterPath(server.url, 4, "call", elsewhere), body)).status, 404);
});

void test("a body that grows beyond the limit without saying its length is cut off", async () => {
  await using server = await startServer({ limits: { maxBody: 100_000 } });
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const headers = { "content-type": "application/cbor", "transfer-encoding": "chunked" };
    const request = httpRequest(canisterPath(server.url, 4, "call"), { method: "POST", headers }, (response) => {
      resolve(response.statusCode);
      response.resume();
      request.destroy();
    });
    request.on("error", reject);
    for (let sent = 0; sent < 300_000; sent += 10_000) request.write(new Uint8Array(10_000));
  });
  assert.equal(status, 413);
});

void test("a connection that sends rubbish or half a request is closed and hurts nobody else", async () => {
  await using server = await startServer({ limits: { headersTimeout: 200, requestTimeout: 400 } });
  const { hostname, port } = new URL(server.url);
  const exchange = (text: string): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(Number(port), hostname, () => socket.write(text));
      let received = "";
      socket.on("data", (chunk) => (received += chunk.toString()));
      socket.on("error", () => resolve(received));
      socket.on("close", () => resolve(received));
    });
  const answers = await Promise.all([
    exchange("\u0016\u0003\u0001 hello\r\n\r\n"),
    exchange(`POST /api/v4/canister/x/call HTTP/1.1\r\nhost: a\r\nx: ${"y".repeat(40_000)}\r\n\r\n`),
    exchange("GET /api/v2/sta"),
    exchange(
      `POST /api/v4/canister/${CANISTER.toText()}/call HTTP/1.1\r\nhost: a\r\ncontent-type: application/cbor\r\ncontent-length: 10\r\n\r\nabc`,
    ),
  ]);
  assert.deepEqual(
    answers.map((answer) => /^HTTP\/1\.1 (\d+)/u.exec(answer)?.[1]),
    ["400", "431", "408", "408"],
  );
  assert.equal((await fetch(`${server.url}/api/v2/status`)).status, 200);
});
