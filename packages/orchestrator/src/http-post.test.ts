import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { IcosError } from "@icos/system";
import { postCbor } from "./http-post.ts";

const failed = (error: unknown): boolean => error instanceof IcosError && error.code === "request-failed";

void test("a request brings back status and body; silence, long answers and no server are errors", async () => {
  const server = createServer((request, response) => {
    if (request.url === "/silent") return;
    if (request.url === "/long") {
      response.end(Buffer.alloc(5 << 20));
      return;
    }
    request.on("data", (chunk: Buffer) => {
      response.writeHead(418).end(`${request.headers["content-type"]} ${chunk.toString()}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const base = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  const post = (path: string, signal = new AbortController().signal) =>
    postCbor(new URL(path, base), Buffer.from("body"), signal);
  try {
    const { status, body } = await post("/");
    assert.deepEqual([status, Buffer.from(body).toString()], [418, "application/cbor body"]);
    await assert.rejects(post("/silent", AbortSignal.timeout(50)), failed);
    await assert.rejects(post("/long"), failed);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  await assert.rejects(post("/"), failed);
});
