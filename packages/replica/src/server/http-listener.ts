import type { Server } from "node:http";

export interface HttpListener {
  readonly port: number;
  readonly url: string;
  /** Ends when the last connection is closed; idle ones are closed at once, the others after their answer. */
  close(): Promise<void>;
}

/** Starts listening; port 0 takes a free one. Rejects when the address cannot be had. */
export function listen(server: Server, host: string, port: number): Promise<HttpListener> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      const address = server.address();
      const actual = typeof address === "object" && address !== null ? address.port : port;
      const url = `http://${host.includes(":") ? `[${host}]` : host}:${actual}`;
      resolve({ port: actual, url, close: () => closeServer(server) });
    });
  });
}

export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeIdleConnections();
  });
}
