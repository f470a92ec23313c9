import { chmod, rm } from "node:fs/promises";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import * as v from "valibot";
import { describeError, IcosError, parseJson } from "@icos/system";

/** What a running machine can be asked for; who may connect is up to the socket's directory. */
const controlRequest = v.picklist(["attach-hsm", "detach-hsm"]);
export type ControlRequest = v.InferOutput<typeof controlRequest>;

/** One line of JSON, as the answers of the host's other helpers. */
export type ControlAnswer = { readonly Ok: null } | { readonly Err: string };

export interface ControlServer {
  close(): Promise<void>;
}

const MAXIMUM_REQUEST_BYTES = 1024;
const TIMEOUT_MS = 30_000;
const MAXIMUM_CONNECTIONS = 4;

/**
 * Serves one request for each connection, a line of JSON each way, one after the other. A connection is over after `timeoutMs`,
 * whatever comes, and at once when more than a line comes.
 */
export async function serveControl(
  path: string,
  handle: (request: ControlRequest) => Promise<void>,
  { timeoutMs = TIMEOUT_MS }: { readonly timeoutMs?: number } = {},
): Promise<ControlServer> {
  await rm(path, { force: true });
  const sockets = new Set<Socket>();
  let last: Promise<unknown> = Promise.resolve();
  const server = createServer((socket) => {
    sockets.add(socket);
    const deadline = setTimeout(() => socket.destroy(), timeoutMs);
    socket
      .on("error", () => undefined)
      .on("close", () => {
        clearTimeout(deadline);
        sockets.delete(socket);
      });
    void readLine(socket).then((line) => {
      if (line === undefined) return;
      last = last.then(async () => void socket.end(`${JSON.stringify(await answer(line, handle))}\n`));
    });
  });
  server.maxConnections = MAXIMUM_CONNECTIONS;
  server.listen(path);
  await once(server, "listening");
  await chmod(path, 0o660);
  return {
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

async function answer(line: string, handle: (request: ControlRequest) => Promise<void>): Promise<ControlAnswer> {
  try {
    await handle(parseJson(controlRequest, line, { code: "bad-request", name: "The request" }));
    return { Ok: null };
  } catch (error) {
    const next = error instanceof IcosError && error.next !== undefined ? ` ${error.next}` : "";
    return { Err: `${describeError(error)}${next}` };
  }
}

/** `undefined` when the connection ends before the line does, the line is too long, or more comes with it. */
function readLine(socket: Socket): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  let text: Buffer = Buffer.alloc(0);
  let whole = false;
  socket.on("data", (chunk: Buffer) => {
    const end = chunk.indexOf(10);
    // The line is too long, or is not all.
    if (whole || text.length + chunk.length > MAXIMUM_REQUEST_BYTES + 1 || (end !== -1 && end !== chunk.length - 1)) {
      socket.destroy();
      return;
    }
    text = Buffer.concat([text, chunk]);
    whole = end !== -1;
    if (whole) resolve(text.toString("utf8", 0, text.length - 1));
  });
  socket.on("close", () => resolve(undefined));
  return promise;
}
