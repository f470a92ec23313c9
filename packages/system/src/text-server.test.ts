import assert from "node:assert/strict";
import { test } from "node:test";
import { serveText } from "./text-server.ts";

void test("the page is made anew for each request, and only read requests are answered", async () => {
  let count = 0;
  const server = await serveText(
    { host: "127.0.0.1", port: 0 },
    "text/plain; version=0.0.4",
    () => `${(count += 1)}\n`,
  );
  try {
    const url = `http://127.0.0.1:${server.port}/metrics`;
    const first = await fetch(url);
    assert.equal(first.headers.get("content-type"), "text/plain; version=0.0.4");
    assert.equal(await first.text(), "1\n");
    assert.equal(await (await fetch(url)).text(), "2\n");
    assert.equal((await fetch(url, { method: "POST", body: "x" })).status, 405);
  } finally {
    await server.close();
  }
});

void test("an address that is taken is an error", async () => {
  const server = await serveText({ host: "127.0.0.1", port: 0 }, "text/plain", () => "");
  try {
    await assert.rejects(
      serveText({ host: "127.0.0.1", port: server.port }, "text/plain", () => ""),
      /EADDRINUSE/,
    );
  } finally {
    await server.close();
  }
});
