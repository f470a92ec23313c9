import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Stands for a unit behind a socket. */
export interface LocalService extends AsyncDisposable {
  readonly socket: string;
  /** A directory of its own. */
  readonly directory: string;
  /** What was asked so far. */
  readonly requests: readonly string[];
}

/** Takes each connection's whole request and answers it. */
export async function startLocalService(answer: (request: string) => string): Promise<LocalService> {
  const directory = await mkdtemp(join(tmpdir(), "service-"));
  const socket = join(directory, "s");
  const requests: string[] = [];
  const server = createServer({ allowHalfOpen: true }, (connection) => {
    const chunks: Buffer[] = [];
    connection.on("error", () => connection.destroy()); // a client that hangs up early
    connection.on("data", (chunk: Buffer) => chunks.push(chunk));
    connection.on("end", () => {
      const request = Buffer.concat(chunks).toString();
      requests.push(request);
      connection.end(answer(request));
    });
  });
  await once(server.listen(socket), "listening");
  return {
    socket,
    directory,
    requests,
    async [Symbol.asyncDispose]() {
      server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
