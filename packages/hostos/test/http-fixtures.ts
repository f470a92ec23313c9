import { once } from "node:events";
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect, createServer, type Server as NetServer, type Socket } from "node:net";

export interface TestServer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** Paths with their queries, in order. */
  readonly asked: readonly string[];
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** An HTTP server on the loopback. */
export async function httpServer(handler: Handler, server: Server = createHttpServer()): Promise<TestServer> {
  const asked: string[] = [];
  server.on("request", (request, response) => {
    asked.push(request.url ?? "");
    handler(request, response);
  });
  const port = await listen(server);
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** A port on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  server.close();
  await once(server, "close");
  return port;
}

export interface TestProxy extends AsyncDisposable {
  readonly port: number;
  /** What connections were asked for, `host:port`. */
  readonly asked: readonly string[];
}

/** A SOCKS5 proxy that sends every connection to `to`, whatever it was asked for, or answers with the error `reply`. */
export async function socks5Proxy(to: number, reply = 0): Promise<TestProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    sockets.add(client);
    client.on("error", () => undefined);
    let seen = Buffer.alloc(0);
    let greeted = false;
    const onData = (chunk: Buffer): void => {
      seen = Buffer.concat([seen, chunk]);
      if (!greeted && seen.length >= 2 + (seen[1] ?? 0)) {
        seen = seen.subarray(2 + (seen[1] ?? 0));
        greeted = true;
        client.write(Uint8Array.of(5, 0));
      }
      const length = 7 + (seen[4] ?? 0);
      if (!greeted || seen.length < 5 || seen.length < length) return;
      client.off("data", onData);
      asked.push(`${seen.subarray(5, length - 2).toString()}:${seen.readUInt16BE(length - 2)}`);
      client.write(Uint8Array.of(5, reply, 0, 1, 127, 0, 0, 1, 0, 80));
      if (reply !== 0) return void client.end();
      const upstream = connect(to, "127.0.0.1");
      sockets.add(upstream);
      upstream.on("error", () => client.destroy());
      client.pipe(upstream).pipe(client);
    };
    client.on("data", onData);
  });
  const port = await listen(server);
  return {
    port,
    asked,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

async function listen(server: NetServer): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
