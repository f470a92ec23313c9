import { generateKeyPairSync, X509Certificate } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { Socket } from "node:net";
import { Readable } from "node:stream";
import { makeSelfSignedCertificate, type Clock } from "@icos/system";
import type { ProxyAnswers } from "./proxy-answers.ts";
import type { ProxyMetrics } from "./proxy-metrics.ts";

export interface ConnectionLimits {
  readonly connections: number;
  /** For the handshake, and again for the head of the request. */
  readonly headMilliseconds: number;
  /** For which nothing may move on a connection. */
  readonly idleMilliseconds: number;
  /** Of a connection from its beginning to its end. */
  readonly wholeMilliseconds: number;
}

/** A connection with TLS costs about 100 KiB; a scraper needs one. */
export const CONNECTION_LIMITS: ConnectionLimits = {
  connections: 64,
  headMilliseconds: 5_000,
  idleMilliseconds: 15_000,
  wholeMilliseconds: 60_000,
};

export interface ProxyServerModules {
  readonly answers: ProxyAnswers;
  readonly metrics: ProxyMetrics;
  readonly clock: Clock;
}

/** The public server. Its certificate is made at each start and trusted by nobody: upstream's readers do not look at it. */
export function createProxyServer(limits: ConnectionLimits, modules: ProxyServerModules): Server {
  const { privateKey } = generateKeyPairSync("ed25519");
  const certificate = makeSelfSignedCertificate(privateKey, "metrics-proxy", modules.clock.now());
  const server = createServer({
    key: privateKey.export({ type: "pkcs8", format: "pem" }),
    cert: new X509Certificate(certificate).toString(),
    maxHeaderSize: 8 * 1024,
    handshakeTimeout: limits.headMilliseconds,
    headersTimeout: limits.headMilliseconds,
    requestTimeout: limits.headMilliseconds,
    connectionsCheckingInterval: Math.min(1_000, limits.headMilliseconds),
  });
  server.maxConnections = limits.connections;
  server.timeout = limits.idleMilliseconds;
  server.on("drop", () => modules.metrics.droppedConnections.increment());
  server.on("connection", (socket: Socket) => {
    const end = setTimeout(() => socket.destroy(), limits.wholeMilliseconds);
    socket.once("close", () => clearTimeout(end));
  });
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    void answer(request, response, modules);
  });
  return server;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { answers, metrics, clock }: ProxyServerModules,
): Promise<void> {
  const started = clock.now();
  const route = answers.routeOf(request.url);
  metrics.activeRequests.add(1);
  response.once("close", () => {
    metrics.activeRequests.add(-1);
    const labels = {
      http_route: route?.path ?? "",
      http_response_status_code: String(response.statusCode),
    };
    metrics.requestDuration.observe(Math.max(0, clock.now() - started) / 1000, labels);
  });
  const { status, headers, body } = await answers.to(request.method, route);
  // One page a connection: there is no reader for which keeping it open pays.
  response.writeHead(status, { ...headers, "content-length": body.length, connection: "close" });
  if (request.method === "HEAD") response.end();
  else Readable.from(pieces(body)).pipe(response);
}

const PIECE_BYTES = 32 * 1024;

/** What is written at once is encrypted at once: a reader that takes its time has no more than a piece in memory. */
function* pieces(body: Buffer): Generator<Buffer> {
  for (let at = 0; at < body.length; at += PIECE_BYTES) yield body.subarray(at, at + PIECE_BYTES);
}
