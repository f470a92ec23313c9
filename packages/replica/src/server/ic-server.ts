import type { IncomingMessage, ServerResponse } from "node:http";
import { describeError, type Logger } from "@icos/system";
import { createServer } from "./http-module.ts";
import { HttpRefusal, refusalFor } from "./http-refusal.ts";
import { closeServer, listen } from "./http-listener.ts";
import { IcService, type IcResponse } from "./ic-service.ts";
import { DEFAULT_LIMITS, type IcServerOptions } from "./options.ts";
import { readBody } from "./request-body.ts";
import { findRoute } from "./route.ts";

export interface IcServer {
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Port 0 takes a free one. */
  listen(at: {
    readonly host: string;
    readonly port: number;
  }): Promise<{ readonly port: number; readonly url: string }>;
  /** Ends when the last connection is closed; idle ones are closed at once, the others after their answer. */
  close(): Promise<void>;
}

const MAX_HEADER_BYTES = 16 * 1024;
const KEEP_ALIVE_MS = 30_000;

/** The IC's HTTPS interface over canisters that run in this process. TLS, where wanted, is the caller's. */
export function createIcServer(options: IcServerOptions): IcServer {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const service = new IcService(options, limits);
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    void answer(request, (route, body) => service.answer(route, body), {
      maxBody: limits.maxBody,
      logger: options.logger,
    })
      .then((sent) => send(request, response, sent))
      .catch((error: unknown) => {
        options.logger.log("error", "An answer could not be sent.", { error: describeError(error) });
        response.destroy();
      });
  };
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: limits.headersTimeout,
      requestTimeout: limits.requestTimeout,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: Math.min(limits.headersTimeout, 5_000),
    },
    handle,
  );
  server.maxConnections = limits.maxConnections;
  return { handle, listen: ({ host, port }) => listen(server, host, port), close: () => closeServer(server) };
}

interface Sent {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

async function answer(
  request: IncomingMessage,
  service: IcService["answer"],
  { maxBody, logger }: { readonly maxBody: number; readonly logger: Logger },
): Promise<Sent> {
  try {
    const route = findRoute(request.method ?? "", request.url ?? "");
    return cborAnswer(await service(route, () => readBody(request, maxBody)));
  } catch (error) {
    const refusal = refusalFor(error) ?? internalError(error, logger);
    const headers = { "content-type": "text/plain; charset=utf-8", ...refusal.headers };
    return { status: refusal.status, headers, body: Buffer.from(`${refusal.message}\n`) };
  }
}

function cborAnswer({ status, body }: IcResponse): Sent {
  return { status, headers: body.length > 0 ? { "content-type": "application/cbor" } : {}, body };
}

function internalError(error: unknown, logger: Logger): HttpRefusal {
  logger.log("error", "A request failed on this side.", {
    error: describeError(error),
    ...(error instanceof Error && { stack: error.stack }),
  });
  return new HttpRefusal(500, "The request failed on the side of the replica.");
}

function send(request: IncomingMessage, response: ServerResponse, { status, headers, body }: Sent): void {
  if (response.destroyed) return; // the client has gone
  response.writeHead(status, {
    ...headers,
    "content-length": body.length,
    "x-content-type-options": "nosniff",
    ...(!request.complete && { connection: "close" }), // the rest of the body is not read
  });
  response.end(request.method === "HEAD" ? undefined : body);
}
