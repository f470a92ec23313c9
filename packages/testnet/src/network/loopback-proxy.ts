import { createServer, type AddressInfo, type Socket } from "node:net";
import { IcosError } from "@icos/system";
import type { GatewayClient, GatewayTarget } from "./gateway-client.ts";
import { splice } from "./splice.ts";

export interface LoopbackProxyOptions {
  /** Port 0 takes a free one. */
  readonly listen: { readonly host: "127.0.0.1" | "::1"; readonly port: number };
  readonly target: GatewayTarget;
  readonly gateway: GatewayClient;
}

export interface LoopbackProxy {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

const MAX_CONNECTIONS = 128;

/** Makes one TCP service of the testnet reachable on the host's loopback. Rejects with `port-unavailable`. */
export async function createLoopbackProxy({ listen, target, gateway }: LoopbackProxyOptions): Promise<LoopbackProxy> {
  const open = new Set<Socket>();
  const closing = new AbortController();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket)).on("error", () => undefined);
    gateway.connect(target, { signal: closing.signal }).then(
      (tunnel) => (socket.destroyed ? tunnel.destroy() : splice(socket, tunnel)),
      () => socket.resetAndDestroy(),
    );
  });
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: Error) =>
      reject(
        new IcosError("port-unavailable", `Port ${listen.port} of ${listen.host} cannot be used: ${cause.message}.`, {
          next: "Choose another port, or 0 for any free one.",
          cause,
        }),
      ),
    );
    server.listen(listen.port, listen.host, resolve);
  });
  const { port } = tcpAddress(server.address());
  return {
    host: listen.host,
    port,
    close() {
      closing.abort(new IcosError("proxy-closed", "The proxy is closing."));
      return new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      });
    },
  };
}

function tcpAddress(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === "string") {
    throw new IcosError("port-unavailable", "The proxy has no TCP address.");
  }
  return address;
}
