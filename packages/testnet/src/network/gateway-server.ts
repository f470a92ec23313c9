import { chmod, rm } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import { BlockList, connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { IcosError } from "@icos/system";
import { hostAddress } from "./ipv6-address.ts";
import { splice } from "./splice.ts";

/**
 * After this long without traffic Node asks the other end ten times, a second apart, and then gives the connection up. A machine
 * that boots beside others on an emulated host may answer nothing for longer, and a session in it is not to end for that.
 */
const IDLE_MS = 30 * 60_000;

export interface GatewayServerOptions {
  readonly socketPath: string;
  /** Only addresses within these are connected to. */
  readonly prefixes: readonly string[];
  readonly maxTunnels?: number | undefined;
  /** Milliseconds until a connection attempt is given up. */
  readonly connectTimeout?: number | undefined;
  /** Milliseconds without any data after one side has ended. */
  readonly halfOpenTimeout?: number | undefined;
}

/** Bytes of a unix socket's path, with its final zero. */
const SOCKET_PATH_LIMIT = 108;

/** HTTP CONNECT on a unix socket: the way from the host into the testnet's network. Only its owner may use it. */
export async function startGatewayServer(options: GatewayServerOptions): Promise<{ close(): Promise<void> }> {
  const { socketPath, maxTunnels = 512, connectTimeout = 10_000, halfOpenTimeout = 60_000 } = options;
  checkSocketPath(socketPath);
  const allowed = addressesWithin(options.prefixes);
  const tunnels = new Set<Duplex>();
  const connections = new Set<Socket>();
  const server = createServer({ headersTimeout: 10_000, maxHeaderSize: 8_192 }, (_request, response) => {
    response.writeHead(405, { allow: "CONNECT" }).end();
  });
  server.on("connection", (socket: Socket) => {
    connections.add(socket);
    socket.once("close", () => connections.delete(socket));
  });
  server.on("connect", (request: IncomingMessage, client: Duplex, head: Buffer) => {
    client.on("error", () => client.destroy());
    const target = parseAuthority(request.url ?? "");
    if (!target) return refuse(client, 400, "Not an [IPv6 address]:port");
    if (!allowed.check(target.host, "ipv6")) return refuse(client, 403, "Not an address of this testnet");
    if (tunnels.size >= maxTunnels) return refuse(client, 503, "Too many connections");
    tunnels.add(client);
    client.once("close", () => tunnels.delete(client));
    openTunnel(target, client, head, { connectTimeout, halfOpenTimeout });
  });
  await rm(socketPath, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) =>
      reject(new IcosError("gateway-cannot-listen", `Cannot listen on ${socketPath}: ${cause.message}.`, { cause })),
    );
    server.listen(socketPath, resolve);
  });
  await chmod(socketPath, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of connections) socket.destroy();
      }),
  };
}

/** Throws when the system could not take the path as a socket's name. */
export function checkSocketPath(path: string): void {
  if (Buffer.byteLength(path) < SOCKET_PATH_LIMIT) return;
  throw new IcosError("socket-path-too-long", `The path ${path} is too long for a unix socket.`, {
    next: "Keep the testnets in a directory with a shorter path.",
    place: { file: path },
  });
}

interface Target {
  readonly host: string;
  readonly port: number;
}

function openTunnel(
  target: Target,
  client: Duplex,
  head: Buffer,
  { connectTimeout, halfOpenTimeout }: { readonly connectTimeout: number; readonly halfOpenTimeout: number },
): void {
  const remote = connect({ ...target, allowHalfOpen: true, keepAlive: true, keepAliveInitialDelay: IDLE_MS });
  const timer = setTimeout(() => {
    refuse(client, 504, "No answer");
    remote.destroy();
  }, connectTimeout);
  const onError = (error: Error): void => {
    clearTimeout(timer);
    refuse(client, 502, "code" in error ? String(error.code) : "Not reachable");
  };
  const onClientGone = (): void => {
    clearTimeout(timer);
    remote.destroy();
  };
  remote.once("error", onError);
  client.once("close", onClientGone);
  remote.once("connect", () => {
    clearTimeout(timer);
    remote.off("error", onError);
    client.off("close", onClientGone);
    client.write("HTTP/1.1 200 Connected\r\n\r\n");
    if (head.length > 0) client.unshift(head);
    splice(client, remote);
    const limit = (): unknown => remote.setTimeout(halfOpenTimeout, () => remote.destroy());
    client.once("end", limit);
    remote.once("end", limit);
  });
}

function refuse(client: Duplex, status: number, reason: string): void {
  client.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function parseAuthority(text: string): Target | undefined {
  const match = /^\[([0-9a-f:.]+)\]:(\d{1,5})$/i.exec(text);
  const [, host = "", port = ""] = match ?? [];
  return match && Number(port) > 0 && Number(port) < 65_536 ? { host, port: Number(port) } : undefined;
}

function addressesWithin(prefixes: readonly string[]): BlockList {
  const list = new BlockList();
  for (const prefix of prefixes) list.addSubnet(hostAddress(prefix, 0), 64, "ipv6");
  return list;
}
