import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { test, type TestContext } from "node:test";
import { createGatewayClient } from "./gateway-client.ts";
import { httpGetThroughGateway } from "./gateway-http.ts";
import { startGatewayServer, type GatewayServerOptions } from "./gateway-server.ts";
import { listenTcp } from "./listener.ts";
import { createLoopbackProxy } from "./loopback-proxy.ts";

/** The network of the host's own ::1 stands for the testnet's. */
async function start(context: TestContext, options: Partial<GatewayServerOptions> = {}) {
  const directory = await mkdtemp(join(tmpdir(), "gateway-"));
  const socketPath = join(directory, "gateway.sock");
  const server = await startGatewayServer({ socketPath, prefixes: ["::/64"], ...options });
  context.after(async () => {
    await server.close();
    await rm(directory, { recursive: true });
  });
  return { socketPath, gateway: createGatewayClient(socketPath) };
}

async function listen(context: TestContext, server: Server): Promise<number> {
  const listener = await listenTcp(server, "::1", 0);
  context.after(() => listener.close());
  return listener.port;
}

/** Reads to the end, then answers what it read and ends: works only when each direction ends by itself. */
const upperCaseAtEnd = (): Server =>
  createServer({ allowHalfOpen: true }, (socket) => {
    readToEnd(socket).then(
      (received) => socket.end(received.toUpperCase()),
      () => socket.destroy(),
    );
  });

/** Ends its own direction first, then counts what still arrives. */
function talkFirst(): { server: Server; received: Promise<string> } {
  const { promise: received, resolve, reject } = Promise.withResolvers<string>();
  const server = createServer({ allowHalfOpen: true }, (socket: Socket) => {
    socket.end("hello");
    readToEnd(socket).then(resolve, reject);
  });
  return { server, received };
}

void test("Data passes both ways, and either side may end first.", async (context) => {
  const { gateway } = await start(context);
  const port = await listen(context, upperCaseAtEnd());
  const long = "some text ".repeat(100_000);
  const stream = await gateway.connect({ host: "::1", port });
  stream.end(long);
  assert.equal(await readToEnd(stream), long.toUpperCase());

  const first = talkFirst();
  const other = await gateway.connect({ host: "::1", port: await listen(context, first.server) });
  assert.equal(await readToEnd(other), "hello");
  other.end("goodbye");
  assert.equal(await first.received, "goodbye");
});

void test("Only the testnet's addresses are connected to, and refusals say why.", async (context) => {
  const { gateway, socketPath } = await start(context);
  const closed = await listenTcp(createServer(), "::1", 0);
  await closed.close();
  const cases = [
    { target: { host: "2001:db8::1", port: 80 }, status: 403 },
    { target: { host: "127.0.0.1", port: 80 }, status: 400 },
    { target: { host: "localhost", port: 80 }, status: 400 },
    { target: { host: "::1", port: 70_000 }, status: 400 },
    { target: { host: "::1", port: closed.port }, status: 502 },
    { target: { host: "::1\r\nX: y", port: 80 }, status: 400 },
  ];
  for (const { target, status } of cases) {
    await assert.rejects(gateway.connect(target), (error: { code?: string; details?: { status?: number } }) => {
      assert.deepEqual([error.code, error.details?.status], ["gateway-refused", status], target.host);
      return true;
    });
  }
  assert.equal((await stat(socketPath)).mode & 0o777, 0o600);
});

void test("There is a limit of tunnels, and an ended one makes room.", async (context) => {
  const { gateway } = await start(context, { maxTunnels: 1 });
  const port = await listen(context, upperCaseAtEnd());
  const one = await gateway.connect({ host: "::1", port });
  await assert.rejects(gateway.connect({ host: "::1", port }), { details: { status: 503, target: `[::1]:${port}` } });
  one.end("a");
  assert.equal(await readToEnd(one), "A");
  await once(one, "close");
  const two = await connectSoon(() => gateway.connect({ host: "::1", port }));
  two.destroy();
});

void test("A tunnel with one side ended and no data is closed after the time allowed.", async (context) => {
  const { gateway } = await start(context, { halfOpenTimeout: 50 });
  const port = await listen(context, createServer({ allowHalfOpen: true }));
  const stream = await gateway.connect({ host: "::1", port });
  stream.on("error", () => undefined).resume();
  stream.end();
  await once(stream, "close");
});

void test("A gateway that is not there, says nothing or says nonsense is reported.", async (context) => {
  const { socketPath } = await start(context);
  const gateway = createGatewayClient(`${socketPath}.none`);
  await assert.rejects(gateway.connect({ host: "::1", port: 1 }), { code: "gateway-unavailable" });
  const silent = createServer(() => undefined);
  silent.listen(`${socketPath}.silent`);
  context.after(() => void silent.close());
  const stop = new AbortController();
  const attempt = createGatewayClient(`${socketPath}.silent`).connect(
    { host: "::1", port: 1 },
    { signal: stop.signal },
  );
  stop.abort(new Error("enough"));
  await assert.rejects(attempt, /enough/);
  const nonsense = createServer((socket) => socket.end("nonsense\r\n\r\n"));
  nonsense.listen(`${socketPath}.nonsense`);
  context.after(() => void nonsense.close());
  await assert.rejects(createGatewayClient(`${socketPath}.nonsense`).connect({ host: "::1", port: 1 }), {
    code: "gateway-refused",
  });
});

void test("A path too long for a socket is refused with a sentence.", async () => {
  const socketPath = `/tmp/${"x".repeat(110)}`;
  await assert.rejects(startGatewayServer({ socketPath, prefixes: ["::/64"] }), { code: "socket-path-too-long" });
});

void test("An HTTP GET goes through, with any status; time and size are limited.", async (context) => {
  const { gateway } = await start(context);
  const server = createHttpServer((request, response) => {
    if (request.url === "/silent") return;
    response.writeHead(request.url === "/found?x" ? 200 : 404).end(request.headers.host);
  });
  const port = await listen(context, server);
  const base = `http://[::1]:${port}`;
  const found = await httpGetThroughGateway(gateway, `${base}/found?x`);
  assert.deepEqual([found.status, found.body.toString()], [200, `[::1]:${port}`]);
  assert.equal((await httpGetThroughGateway(gateway, `${base}/other`)).status, 404);
  await assert.rejects(httpGetThroughGateway(gateway, `${base}/found?x`, { limit: 3 }), /longer than 3 bytes/);
  await assert.rejects(httpGetThroughGateway(gateway, `${base}/silent`, { timeout: 50 }), /no answer within 50 ms/);
  await assert.rejects(httpGetThroughGateway(gateway, "https://[::1]/"), { code: "gateway-http-failed" });
});

void test("A loopback proxy joins a host port to the testnet, with half-close.", async (context) => {
  const { gateway } = await start(context);
  const target = { host: "::1", port: await listen(context, upperCaseAtEnd()) };
  const proxy = await createLoopbackProxy({ listen: { host: "127.0.0.1", port: 0 }, target, gateway });
  context.after(() => proxy.close());
  const socket = connect({ port: proxy.port, host: "127.0.0.1", allowHalfOpen: true });
  socket.end("through");
  assert.equal(await readToEnd(socket), "THROUGH");
  await assert.rejects(createLoopbackProxy({ listen: { host: "127.0.0.1", port: proxy.port }, target, gateway }), {
    code: "port-unavailable",
  });
});

void test("A loopback proxy drops a connection that the gateway refuses, and its close ends what is open.", async (context) => {
  const { gateway } = await start(context);
  const refused = await createLoopbackProxy({
    listen: { host: "127.0.0.1", port: 0 },
    target: { host: "2001:db8::1", port: 80 },
    gateway,
  });
  await assert.rejects(readToEnd(connect(refused.port, "127.0.0.1")), { code: "ECONNRESET" });
  await refused.close();

  const target = { host: "::1", port: await listen(context, upperCaseAtEnd()) };
  const proxy = await createLoopbackProxy({ listen: { host: "127.0.0.1", port: 0 }, target, gateway });
  const socket = connect(proxy.port, "127.0.0.1").on("error", () => undefined);
  await once(socket, "connect");
  const closed = once(socket, "close");
  await proxy.close();
  socket.destroy();
  await closed;
});

/** The gateway hears of an ended tunnel a moment after the client does. */
async function connectSoon<T>(connect: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await connect();
    } catch (error) {
      if (!(error instanceof Error && error.message.includes("Too many"))) throw error;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

/** Unlike `node:stream/consumers`, leaves the other direction open. */
async function readToEnd(stream: Duplex): Promise<string> {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  await once(stream, "end");
  return Buffer.concat(chunks).toString();
}
