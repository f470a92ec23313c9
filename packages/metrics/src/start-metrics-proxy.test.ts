import assert from "node:assert/strict";
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import type { IncomingMessage, RequestListener } from "node:http";
import { createServer, request, type Server } from "node:https";
import { connect } from "node:net";
import { Readable } from "node:stream";
import { test } from "node:test";
import { connect as connectTls } from "node:tls";
import { makeSelfSignedCertificate, silentLogger } from "@icos/system";
import { VirtualClock } from "@icos/system/virtual-clock";
import type { FilterRule } from "./filter-rules.ts";
import { PAGES_LIMITS } from "./pages.ts";
import type { ProxyRoute } from "./proxy-route.ts";
import { startMetricsProxy, type MetricsProxy, type MetricsProxyOptions } from "./start-metrics-proxy.ts";

/** In short what a host shows of itself. */
const RULES: readonly FilterRule[] = [
  { name: /^.*$/s, actions: [{ kind: "drop" }] },
  { name: /^power_.*$/, actions: [{ kind: "keep" }] },
  {
    name: /^node_hwmon_temp_celsius$/,
    actions: [{ kind: "keep" }, { kind: "noise", amplitude: 3, quantum: 0.25 }, { kind: "hold", milliseconds: 30_000 }],
  },
];

const LOOPBACK = { host: "127.0.0.1", port: 0 };

interface Answer {
  readonly status: number | undefined;
  readonly text: string;
}

function get(port: number, path: string, method = "GET"): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const client = request({
      host: "127.0.0.1",
      port,
      path,
      method,
      agent: false,
      rejectUnauthorized: false,
    });
    client.once("error", reject);
    client.once("response", (response: IncomingMessage) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.once("error", reject).once("end", () => resolve({ status: response.statusCode, text }));
    });
    client.end();
  });
}

/** A backend over TLS with a certificate that expired long ago and names nobody. */
async function withProxy(
  backend: RequestListener,
  options: Partial<MetricsProxyOptions>,
  body: (proxy: MetricsProxy, clock: VirtualClock) => Promise<void>,
): Promise<void> {
  const { privateKey } = generateKeyPairSync("ed25519");
  const certificate = makeSelfSignedCertificate(privateKey, "nobody", Date.parse("2999-01-01T00:00:00Z"));
  const server: Server = createServer(
    {
      key: privateKey.export({ type: "pkcs8", format: "pem" }),
      cert: new X509Certificate(certificate).toString(),
    },
    backend,
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert.ok(typeof address === "object" && address);
  const url = `https://127.0.0.1:${address.port}`;
  const clock = new VirtualClock();
  const routes: readonly ProxyRoute[] = [
    { path: "/metrics/hostos_node_exporter", source: { kind: "filtered", url: `${url}/metrics`, rules: RULES } },
    { path: "/metrics/guestos_replica", source: { kind: "passed-on", url: `${url}/guest` } },
    { path: "/metrics/nobody", source: { kind: "passed-on", url: "https://127.0.0.1:1/" } },
    { path: "/metrics/own", source: { kind: "own", page: () => "own 1\n" } },
  ];
  const proxy = await startMetricsProxy(
    { routes, listen: LOOPBACK, listenOwn: LOOPBACK, ...options },
    { clock, logger: silentLogger, random: () => 0 },
  );
  try {
    await body(proxy, clock);
  } finally {
    await proxy.close();
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }
}

function* repeat(text: string): Generator<string> {
  for (;;) yield text;
}

const PAGE = "node_load1 1\nnode_hwmon_temp_celsius 45.1\npower_average_watts 204\n";

void test("a scrape gets the filtered page of the host and the whole page of a guest", () =>
  withProxy(
    (incoming, response) => response.end(incoming.url === "/metrics" ? PAGE : "b 1.50\n"),
    {},
    async ({ port, ownPort }) => {
      assert.deepEqual(await get(port, "/metrics/hostos_node_exporter?x=1"), {
        status: 200,
        text: "node_hwmon_temp_celsius 42\npower_average_watts 204\n",
      });
      assert.deepEqual(await get(port, "/metrics/guestos_replica"), {
        status: 200,
        text: "b 1.50\n",
      });
      assert.deepEqual(await get(port, "/metrics/guestos_replica", "HEAD"), {
        status: 200,
        text: "",
      });
      assert.deepEqual(await get(port, "/metrics/own"), { status: 200, text: "own 1\n" });
      const own = await (await fetch(`http://127.0.0.1:${ownPort}/metrics`)).text();
      assert.match(own, /^http_server_active_requests 0$/m);
      assert.match(
        own,
        /^http_server_request_duration_seconds_count\{http_route="\/metrics\/guestos_replica",http_response_status_code="200"\} 2$/m,
      );
      assert.match(own, /^process_resident_memory_bytes \d+$/m);
    },
  ));

void test("200 scrapes at once ask the backend once, and those that are too many are turned away", async () => {
  let asked = 0;
  const backend: RequestListener = (_, response) => {
    asked += 1;
    setTimeout(() => response.end(PAGE), 50);
  };
  await withProxy(backend, {}, async ({ port, ownPort }, clock) => {
    const results = await Promise.allSettled(
      Array.from({ length: 200 }, () => get(port, "/metrics/hostos_node_exporter")),
    );
    const answered = results.filter((result) => result.status === "fulfilled");
    assert.ok(answered.length >= 64, `${answered.length} of 200 were answered`);
    assert.deepEqual(new Set(answered.map(({ value }) => value.status)), new Set([200]));
    assert.equal(asked, 1);
    const own = await (await fetch(`http://127.0.0.1:${ownPort}/metrics`)).text();
    const dropped = Number(/^metrics_proxy_dropped_connections_total (\d+)$/m.exec(own)?.[1]);
    assert.equal(answered.length + dropped, 200);
    clock.advance(8_000);
    assert.equal((await get(port, "/metrics/hostos_node_exporter")).status, 200);
    assert.equal(asked, 2);
  });
});

void test("what is wrong is said with its status", () =>
  withProxy(
    ({ url }, response) => response.writeHead(url === "/guest" ? 500 : 200).end("not metrics\n"),
    {},
    async ({ port }) => {
      const paths = "/metrics/hostos_node_exporter, /metrics/guestos_replica, /metrics/nobody, /metrics/own";
      assert.deepEqual(await get(port, "/metrics"), {
        status: 404,
        text: `There are metrics at ${paths}.\n`,
      });
      assert.equal((await get(port, "/metrics/guestos_replica", "POST")).status, 405);
      const guest = await get(port, "/metrics/guestos_replica");
      assert.deepEqual([guest.status, /status 500/.test(guest.text)], [502, true]);
      const host = await get(port, "/metrics/hostos_node_exporter");
      assert.deepEqual([host.status, host.text.startsWith("Line 1 of the metrics")], [502, true]);
      assert.equal((await get(port, "/metrics/nobody")).status, 502);
    },
  ));

void test("a backend that never ends, or never answers, is left", async () => {
  const pages = { ...PAGES_LIMITS, backend: { milliseconds: 100 } };
  const endless: RequestListener = ({ url }, response) => {
    if (url !== "/metrics") return;
    Readable.from(repeat("a 1\n".repeat(4_096)))
      .on("error", () => undefined)
      .pipe(response);
  };
  await withProxy(endless, { pages: { ...pages, backend: { milliseconds: 5_000 } } }, async ({ port }) => {
    const { status, text } = await get(port, "/metrics/hostos_node_exporter");
    assert.deepEqual([status, /too large/.test(text)], [502, true]);
  });
  await withProxy(endless, { pages }, async ({ port }) => {
    assert.equal((await get(port, "/metrics/guestos_replica")).status, 504);
  });
});

void test("a connection that says nothing, or too much, is closed, and the next scrape is answered", () =>
  withProxy(
    (_, response) => response.end(PAGE),
    {
      connections: {
        connections: 2,
        headMilliseconds: 50,
        idleMilliseconds: 200,
        wholeMilliseconds: 60_000,
      },
    },
    async ({ port }) => {
      const closed = Array.from({ length: 2 }, () => {
        const silent = connect({ host: "127.0.0.1", port });
        silent.on("error", () => undefined);
        return new Promise((resolve) => silent.once("close", resolve).resume());
      });
      await Promise.all(closed);
      assert.equal((await get(port, "/metrics/hostos_node_exporter")).status, 200);
      const long = await get(port, `/metrics/${"x".repeat(16_384)}`);
      assert.equal(long.status, 431);
      assert.equal((await get(port, "/metrics/hostos_node_exporter")).status, 200);
    },
  ));

void test("a reader that takes a byte now and then does not keep its connection", () => {
  const backend: RequestListener = (_, response) => response.end("b 1\n".repeat(400_000));
  const connections = {
    connections: 1,
    headMilliseconds: 5_000,
    idleMilliseconds: 5_000,
    wholeMilliseconds: 300,
  };
  const pages = { ...PAGES_LIMITS, passedOn: 2 * 1024 * 1024 };
  return withProxy(backend, { connections, pages }, async ({ port }) => {
    const slow = connectTls({ host: "127.0.0.1", port, rejectUnauthorized: false });
    slow.on("error", () => undefined).write("GET /metrics/guestos_replica HTTP/1.1\r\nhost: a\r\n\r\n");
    const sip = setInterval(() => slow.read(1), 20);
    try {
      // The only connection is taken until it has lasted too long.
      await new Promise((resolve) => slow.once("secureConnect", resolve));
      await assert.rejects(get(port, "/metrics/guestos_replica", "HEAD"));
      for (let tries = 0; tries < 100; tries += 1) {
        const answered = await get(port, "/metrics/guestos_replica", "HEAD").catch(() => undefined);
        if (answered?.status === 200) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      assert.fail("the connection was kept");
    } finally {
      clearInterval(sip);
      slow.destroy();
    }
  });
});

void test("a port that is taken is an error, and nothing stays open", async () => {
  await withProxy(
    (_, response) => response.end(PAGE),
    {},
    async ({ ownPort }, clock) => {
      const second = startMetricsProxy(
        { routes: [], listen: LOOPBACK, listenOwn: { host: "127.0.0.1", port: ownPort } },
        { clock, logger: silentLogger },
      );
      await assert.rejects(second, { code: "EADDRINUSE" });
    },
  );
});
