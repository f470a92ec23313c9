import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer as createHttpsServer } from "node:https";
import { createServer } from "node:net";
import { test } from "node:test";
import { makeSelfSignedCertificate } from "@icos/system";
import { closedPort, httpServer, socks5Proxy } from "../../test/http-fixtures.ts";
import { httpGet } from "./http-get.ts";
import { readRetryAfter } from "./kds.ts";

const LIMITS = { timeout: 3_000, mostBytes: 1_000 };

function tlsKey() {
  const { privateKey } = generateKeyPairSync("ed25519");
  const der = makeSelfSignedCertificate(privateKey, "localhost", Date.now());
  const cert = `-----BEGIN CERTIFICATE-----\n${der.toString("base64")}\n-----END CERTIFICATE-----\n`;
  return { key: privateKey.export({ type: "pkcs8", format: "pem" }), cert };
}

void test("HTTPS is verified, directly and through a proxy", async () => {
  const tls = tlsKey();
  await using server = await httpServer((_, response) => response.end("here"), createHttpsServer(tls));
  await using socks = await socks5Proxy(server.port);
  const proxy = { host: "127.0.0.1", port: socks.port };
  const url = new URL(`https://localhost:${server.port}/x`);
  for (const way of [undefined, proxy]) {
    const { status, body } = await httpGet(url, { ...LIMITS, proxy: way, authority: tls.cert });
    assert.deepEqual([status, body.toString()], [200, "here"]);
    await assert.rejects(httpGet(url, { ...LIMITS, proxy: way }), { code: "http-unreachable" });
    await assert.rejects(httpGet(url, { ...LIMITS, proxy: way, authority: tlsKey().cert }), {
      code: "http-unreachable",
    });
  }
  assert.equal(socks.asked.length, 3);
});

void test("a server that says nothing, ends early or speaks another protocol is given up", async () => {
  await using silent = await httpServer(() => undefined);
  const options = { ...LIMITS, timeout: 200 };
  await assert.rejects(httpGet(new URL(silent.url), options), { code: "http-unreachable", message: /within 0 s/ });
  await using half = await httpServer((_, response) => {
    response.writeHead(200, { "content-length": "10" });
    response.write("12345", () => response.destroy());
  });
  await assert.rejects(httpGet(new URL(half.url), LIMITS), { code: "http-unreachable" });
  await assert.rejects(httpGet(new URL(`https://127.0.0.1:${half.port}`), LIMITS), { code: "http-unreachable" });
});

void test("what a proxy refuses is said in its words", async () => {
  for (const [reply, why] of [
    [2, /does not allow/],
    [4, /host cannot be reached/],
    [99, /answered 99/],
  ] as const) {
    await using socks = await socks5Proxy(1, reply);
    const proxy = { host: "127.0.0.1", port: socks.port };
    await assert.rejects(httpGet(new URL("http://kds.example/"), { ...LIMITS, proxy }), {
      code: "proxy-refused",
      message: why,
    });
    assert.deepEqual(socks.asked, ["kds.example:80"]);
  }
});

const STRANGE_PROXIES: ReadonlyArray<readonly [name: string, answer: Uint8Array | undefined, code: string]> = [
  ["that speaks HTTP", Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"), "proxy-refused"],
  ["that wants a password", Uint8Array.of(5, 0xff), "proxy-refused"],
  ["that hangs up", undefined, "proxy-unreachable"],
  ["that says more than it was asked", Uint8Array.of(5, 0, 5, 0, 0, 1, 127, 0, 0, 1, 0, 80, 1), "proxy-refused"],
  ["that hangs up within its answer", Uint8Array.of(5), "proxy-unreachable"],
];

for (const [name, answer, code] of STRANGE_PROXIES) {
  void test(`a proxy ${name} is given up`, async () => {
    const server = createServer((client) => {
      client.on("error", () => undefined);
      client.once("data", () => (answer ? client.end(answer) : client.end()));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    assert.ok(typeof address === "object" && address);
    const proxy = { host: "127.0.0.1", port: address.port };
    try {
      await assert.rejects(httpGet(new URL("http://kds.example/"), { ...LIMITS, proxy }), { code });
    } finally {
      server.close();
    }
  });
}

void test("a proxy that is not there is named", async () => {
  const proxy = { host: "127.0.0.1", port: await closedPort() };
  await assert.rejects(httpGet(new URL("http://kds.example/"), { ...LIMITS, proxy }), {
    code: "proxy-unreachable",
    message: new RegExp(`127\\.0\\.0\\.1:${proxy.port}`),
  });
});

void test("the time to wait is read as seconds or as a date", () => {
  const now = Date.parse("2026-11-25T12:00:00Z");
  assert.deepEqual(
    ["30", "Wed, 25 Nov 2026 12:01:00 GMT", "Wed, 25 Nov 2026 11:00:00 GMT", "soon", undefined].map((text) =>
      readRetryAfter(text, now),
    ),
    [30_000, 60_000, 0, undefined, undefined],
  );
});
