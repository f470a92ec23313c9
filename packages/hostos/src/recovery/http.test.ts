import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import { test } from "node:test";
import { describeError } from "@icos/system";
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
    assert.deepEqual(await nodeHttp.get(`${base}/missing`, 0, signal), {
      kind: "refused",
      status: 404,
      hop: undefined,
    });
    await assert.rejects(nodeHttp.get(`${base}/other`, 5, signal), { message: /and not which/ });
  });
});

/** `/N/rest` leads to `/N-1/rest` with a status of its own, `/0/rest` has the file or `rest` says what else. */
const redirecting: RequestListener = (request, response) => {
  const { pathname } = new URL(request.url ?? "", "http://server");
  const [, count, rest] = pathname.split("/");
  const left = Number(count);
  const status = [301, 302, 303, 307, 308][left % 5] ?? 302;
  if (left > 0) response.writeHead(status, { location: `/${left - 1}/${rest}?ticket=secret` }).end("elsewhere");
  else if (rest === "file") response.writeHead(206, { "content-range": "bytes 4-9/10" }).end("456789");
  else if (rest === "gone") response.writeHead(410).end();
  else if (rest === "broken") response.destroy();
  else if (rest === "out") response.writeHead(302, { location: "ftp://elsewhere/" }).end();
  else response.writeHead(302).end();
};

void test("five redirects are followed to the rest of the file, and no more", async () => {
  await withServer(redirecting, async (base) => {
    const rest = await nodeHttp.get(`${base}/5/file`, 4, signal);
    assert.equal(rest.kind, "body");
    assert.deepEqual([rest.from, await bytesOf(rest.body)], [4, "456789"]);
    await assert.rejects(nodeHttp.get(`${base}/6/file`, 4, signal), {
      message: `redirect 6, from ${base}/1/file: more than 5 redirects are not followed`,
    });
  });
});

void test("what goes wrong after a redirect is told with the redirect", async () => {
  await withServer(redirecting, async (base) => {
    const hop = `redirect 2, to ${base}/0/gone`;
    assert.deepEqual(await nodeHttp.get(`${base}/2/gone`, 0, signal), { kind: "refused", status: 410, hop });
    await assert.rejects(nodeHttp.get(`${base}/1/broken`, 0, signal), (error: Error) => {
      assert.match(describeError(error), new RegExp(`^redirect 1, to ${base}/0/broken: fetch failed: `));
      return true;
    });
    await assert.rejects(nodeHttp.get(`${base}/1/out`, 0, signal), {
      message: `redirect 2, from ${base}/0/out: it leads to a ftp: address, not to a web server`,
    });
    await assert.rejects(nodeHttp.get(`${base}/0/nowhere`, 0, signal), {
      message: `redirect 1, from ${base}/0/nowhere: the server does not say where to`,
    });
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
