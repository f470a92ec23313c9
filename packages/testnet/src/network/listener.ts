import type { Socket as UdpSocket } from "node:dgram";
import type { Server, Socket } from "node:net";
import { IcosError } from "@icos/system";

/** A service that listens; `close` also ends what is open. */
export interface Listener {
  readonly port: number;
  close(): Promise<void>;
}

/** Makes the server listen; rejects with `service-cannot-listen`. */
export async function listenTcp(server: Server, host: string, port: number): Promise<Listener> {
  const open = new Set<Socket>();
  server.on("connection", (socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => reject(cannotListen(host, port, cause)));
    server.listen({ host, port, ipv6Only: true }, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

/** Binds the socket; rejects with `service-cannot-listen`. Later errors (an unreachable sender) are not the server's end. */
export async function listenUdp(socket: UdpSocket, address: string, port: number): Promise<Listener> {
  await new Promise<void>((resolve, reject) => {
    const fail = (cause: Error): void => reject(cannotListen(address, port, cause));
    socket.once("error", fail);
    socket.bind({ address, port }, () => {
      socket.off("error", fail).on("error", () => undefined);
      resolve();
    });
  });
  return {
    port: socket.address().port,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

function cannotListen(address: string, port: number, cause: Error): IcosError {
  return new IcosError("service-cannot-listen", `Cannot listen on port ${port} of ${address}: ${cause.message}.`, {
    details: { address, port },
    cause,
  });
}
