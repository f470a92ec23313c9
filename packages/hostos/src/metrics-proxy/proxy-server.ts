import { generateKeyPairSync, X509Certificate } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { Readable } from "node:stream";
import { describeError, EXPOSITION_CONTENT_TYPE, IcosError, makeSelfSignedCertificate } from "@icos/system";
import type { Clock, Logger } from "@icos/system";
import type { Pages } from "./pages.ts";
import type { ProxyMetrics } from "./proxy-metrics.ts";
import type { ProxyRoute } from "./routes.ts";

export interface ConnectionLimits {
  readonly connections: number;
  /** For the handshake, and again for the head of the request. */
  readonly headMilliseconds: number;
  /** For which nothing may move on a connection: to take the answer, among other things. */
  readonly idleMilliseconds: number;
}

/** A connection with TLS costs about 100 KiB; a scraper needs one. */
export const CONNECTION_LIMITS: ConnectionLimits = {
  connections: 64,
  headMilliseconds: 5_000,
  idleMilliseconds: 15_000,
};

export interface ProxyServerModules {
  readonly pages: Pages;
  readonly metrics: ProxyMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
}

const STATUS_OF: Readonly<Record<string, number>> = {
  "backend-timeout": 504,
  "backends-busy": 503,
};

/** The public server. Its certificate is made at each start and trusted by nobody: upstream's readers do not look at it. */
export function createProxyServer(
  routes: readonly ProxyRoute[],
  limits: ConnectionLimits,
  modules: ProxyServerModules,
): Server {
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
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    void answer(request, response, routes, modules);
  });
  return server;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  routes: readonly ProxyRoute[],
  modules: ProxyServerModules,
): Promise<void> {
  const { metrics, clock } = modules;
  const started = clock.now();
  const path = request.url?.split("?", 1)[0];
  const route = routes.find((candidate) => candidate.path === path);
  metrics.activeRequests.add(1);
  response.once("close", () => {
    metrics.activeRequests.add(-1);
    const labels = {
      http_route: route?.path ?? "",
      http_response_status_code: String(response.statusCode),
    };
    metrics.requestDuration.observe(Math.max(0, clock.now() - started) / 1000, labels);
  });
  const { status, headers, body } = await answerOf(request.method, route, routes, modules);
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

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

async function answerOf(
  method: string | undefined,
  route: ProxyRoute | undefined,
  routes: readonly ProxyRoute[],
  { pages, logger }: ProxyServerModules,
): Promise<Answer> {
  if (method !== "GET" && method !== "HEAD")
    return refusal(405, "Only GET and HEAD are answered.", { allow: "GET, HEAD" });
  if (!route) return refusal(404, `There are metrics at ${routes.map(({ path }) => path).join(", ")}.`);
  try {
    return {
      status: 200,
      headers: { "content-type": EXPOSITION_CONTENT_TYPE },
      body: await pages.get(route),
    };
  } catch (error) {
    const code = error instanceof IcosError ? error.code : "";
    logger.log("warning", "A page of metrics could not be made.", {
      path: route.path,
      error: describeError(error),
    });
    return refusal(STATUS_OF[code] ?? 502, describeError(error));
  }
}

function refusal(status: number, sentence: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", ...headers },
    body: Buffer.from(`${sentence}\n`),
  };
}
