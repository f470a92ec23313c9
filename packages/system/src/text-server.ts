import { createServer } from "node:http";
import { describeError, IcosError } from "./errors.ts";

/** Where to listen: `[::]:9091`, `0.0.0.0:9091`. Port 0 lets the system choose. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export function parseListenAddress(text: string): ListenAddress {
  const match = /^(?:\[(?<ipv6>[0-9a-fA-F:.]+)\]|(?<host>[^:[\]]+)):(?<port>\d{1,5})$/.exec(text);
  const host = match?.groups?.["ipv6"] ?? match?.groups?.["host"];
  const port = Number(match?.groups?.["port"]);
  if (host === undefined || port > 65_535) {
    throw new IcosError("listen-address-invalid", `'${text}' is not an address to listen on.`, {
      next: "Write it as [::]:9091 or 0.0.0.0:9091.",
    });
  }
  return { host, port };
}

export interface TextServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves one page of plain text, made anew for each request, at every path; 500 with the reason when it cannot be made. */
export async function serveText(
  address: ListenAddress,
  contentType: string,
  page: () => string | Promise<string>,
): Promise<TextServer> {
  const server = createServer((request, response) => {
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.writeHead(405, { allow: "GET, HEAD" }).end();
      return;
    }
    Promise.try(page).then(
      (text) => response.writeHead(200, { "content-type": contentType, connection: "close" }).end(text),
      (error: unknown) => response.writeHead(500, { connection: "close" }).end(`${describeError(error)}\n`),
    );
  });
  server.requestTimeout = 10_000;
  server.maxConnections = 32;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(address.port, address.host, resolve);
  });
  const bound = server.address();
  return {
    port: typeof bound === "object" && bound !== null ? bound.port : address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
