import type { IncomingMessage, Server } from "node:http";
import { encodeCbor } from "@icos/certification/cbor";
import { matchEndpoint, pathOf, STATUS_PATH } from "../server/endpoint.ts";
import { createServer } from "../server/http-module.ts";
import { allowMethods, HttpRefusal } from "../server/http-refusal.ts";

const TIMEOUTS = { maxHeaderSize: 16 * 1024, headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 10_000 };
const MAX_CONNECTIONS = 256;

/** The public port of a node: its status; every other endpoint is refused until canisters run here. */
export function createStatusServer(status: () => Readonly<Record<string, unknown>>): Server {
  return createPageServer("application/cbor", (method, path) => {
    if (path === STATUS_PATH) {
      allowMethods(method, ["GET", "HEAD"]);
      return encodeCbor(status());
    }
    if (!matchEndpoint(path)) throw new HttpRefusal(404, `There is nothing at ${path.slice(0, 200)}.`);
    allowMethods(method, ["POST"]);
    throw new HttpRefusal(503, "Canisters do not run on this replica yet; it serves /api/v2/status only.");
  });
}

/** The metrics port: one page, at `/` and `/metrics`. */
export function createMetricsServer(page: () => string): Server {
  return createPageServer("text/plain; version=0.0.4; charset=utf-8", (method, path) => {
    if (path !== "/" && path !== "/metrics") throw new HttpRefusal(404, "The metrics are at /metrics.");
    allowMethods(method, ["GET", "HEAD"]);
    return Buffer.from(page());
  });
}

function createPageServer(type: string, page: (method: string, path: string) => Uint8Array): Server {
  const server = createServer(TIMEOUTS, (request, response) => {
    const { status, headers, body } = answer(request, type, page);
    response.writeHead(status, {
      ...headers,
      "content-length": body.length,
      "x-content-type-options": "nosniff",
      ...(hasBody(request) && { connection: "close" }), // its body is not read
    });
    response.end(request.method === "HEAD" ? undefined : body);
  });
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

function answer(request: IncomingMessage, type: string, page: (method: string, path: string) => Uint8Array) {
  try {
    const body = page(request.method ?? "", pathOf(request.url ?? ""));
    return { status: 200, headers: { "content-type": type }, body };
  } catch (error) {
    if (!(error instanceof HttpRefusal)) throw error;
    const headers = { "content-type": "text/plain; charset=utf-8", ...error.headers };
    return { status: error.status, headers, body: Buffer.from(`${error.message}\n`) };
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}
