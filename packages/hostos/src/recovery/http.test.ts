import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import { test } from "node:test";
import { nodeHttp } from "./http.ts";

async function withServer(listener: RequestListener, use: (base: string) => Promise<void>): Promise<void> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("There is no port.");
  try {
    await use(`http://127.0.0.1:${address.port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const { signal } = new AbortController();

void test("the rest of a file is asked for by range, and what a server makes of it is told", async () => {
  const listener: RequestListener = (request, response) => {
    const { range } = request.headers;
    if (request.url === "/whole") response.end("0123456789");
    else if (request.url === "/missing") response.writeHead(404).end("no");
    else if (request.url === "/moved") response.writeHead(302, { location: "http://127.0.0.1:1/" }).end();
    else if (range === "bytes=10-") response.writeHead(416).end();
    else if (range === "bytes=4-") response.writeHead(206, { "content-range": "bytes 4-9/10" }).end("456789");
    else response.writeHead(206).end("no range");
  };
  await withServer(listener, async (base) => {
    const rest = await nodeHttp.get(`${base}/part`, 4, signal);
    assert.equal(rest.kind, "body");
    assert.deepEqual([rest.from, await bytesOf(rest.body)], [4, "456789"]);
    const whole = await nodeHttp.get(`${base}/whole`, 4, signal);
    assert.equal(whole.kind, "body");
    assert.deepEqual([whole.from, whole.size, await bytesOf(whole.body)], [0, 10, "0123456789"]);
    assert.deepEqual(await nodeHttp.get(`${base}/part`, 10, signal), { kind: "nothing-left" });
    assert.deepEqual(await nodeHttp.get(`${base}/missing`, 0, signal), { kind: "refused", status: 404 });
    await assert.rejects(nodeHttp.get(`${base}/moved`, 0, signal));
    await assert.rejects(nodeHttp.get(`${base}/other`, 5, signal), { message: /and not which/ });
  });
});

void test("a download can be stopped while the server is silent", async () => {
  const listener: RequestListener = (_request, response) => {
    response.writeHead(200, { "content-length": "10" });
    response.write("01234");
  };
  await withServer(listener, async (base) => {
    const controller = new AbortController();
    const answer = await nodeHttp.get(base, 0, controller.signal);
    assert.equal(answer.kind, "body");
    setTimeout(() => controller.abort(), 20);
    await assert.rejects(bytesOf(answer.body), { name: "AbortError" });
  });
});
