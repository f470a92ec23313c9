import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { chmod, rm } from "node:fs/promises";
import type * as v from "valibot";
import { IcosError, parseJson } from "@icos/system";
import {
  type FaultRequest,
  faultRequestSchema,
  type PowerAction,
  powerRequestSchema,
  shutdownRequestSchema,
} from "./control-schema.ts";
import { problemOf } from "./problem.ts";
import type { TestnetStatus } from "./status-schema.ts";

/** What a supervisor can be asked over its control socket. */
export interface ControlHandlers {
  status(): TestnetStatus;
  power(node: string, action: PowerAction): Promise<void>;
  fault(request: FaultRequest): Promise<void>;
  /** Answers when everything has stopped; the server is closed by the caller after that. */
  shutdown(clean: boolean): Promise<void>;
}

export interface ControlServer {
  close(): Promise<void>;
}

const MAX_BODY = 64 * 1024;

/** HTTP + JSON over a unix socket of mode 0600. A socket file that is in the way is a leftover: the lock is held. */
export async function startControlServer(path: string, handlers: ControlHandlers): Promise<ControlServer> {
  await rm(path, { force: true });
  const server = createServer((request, response) => {
    answer(request, handlers).then(
      (body) => reply(response, 200, body),
      (error: unknown) => reply(response, statusOf(error), { error: problemOf(error) }),
    );
  });
  server.requestTimeout = 30_000;
  await once(server.listen(path), "listening");
  await chmod(path, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

async function answer(request: IncomingMessage, handlers: ControlHandlers): Promise<unknown> {
  const route = `${request.method} ${request.url}`;
  if (route === "GET /status") return handlers.status();
  if (route === "POST /faults") {
    await handlers.fault(await readBody(request, faultRequestSchema));
    return { done: true };
  }
  if (route === "POST /shutdown") {
    const { clean } = await readBody(request, shutdownRequestSchema);
    await handlers.shutdown(clean);
    return { done: true };
  }
  const node = /^POST \/nodes\/([a-z0-9-]+)\/power$/.exec(route)?.[1];
  if (node !== undefined) {
    const { action } = await readBody(request, powerRequestSchema);
    await handlers.power(node, action);
    return { done: true };
  }
  throw new IcosError("no-such-request", `The supervisor does not know ${route}.`);
}

async function readBody<Schema extends v.GenericSchema>(
  request: IncomingMessage,
  schema: Schema,
): Promise<v.InferOutput<Schema>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) throw new IcosError("request-invalid", "The request is longer than 64 KiB.");
    chunks.push(chunk);
  }
  return parseJson(schema, Buffer.concat(chunks).toString(), { code: "request-invalid", name: "The request" });
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", connection: "close" }).end(text);
}

function statusOf(error: unknown): number {
  if (!(error instanceof IcosError)) return 500;
  switch (error.code) {
    case "no-such-request":
    case "no-such-node":
      return 404;
    case "request-invalid":
      return 400;
    default:
      return 409;
  }
}
