import { createSocket } from "node:dgram";
import { isIPv6, type Server, type Socket } from "node:net";
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

/**
 * Answers datagrams: each gets the answer that `answer` gives, or none. Rejects with `service-cannot-listen`. An error
 * while sending (an unreachable sender) is not the service's end.
 */
export async function answerUdp(
  address: string,
  port: number,
  answer: (message: Buffer) => Buffer | undefined,
): Promise<Listener> {
  const socket = createSocket({ type: isIPv6(address) ? "udp6" : "udp4" });
  socket.on("message", (message, sender) => {
    const reply = answer(message);
    if (reply && sender.port > 0) socket.send(reply, sender.port, sender.address, () => undefined);
  });
  await new Promise<void>((resolve, reject) => {
    const fail = (cause: Error): void => {
      socket.close();
      reject(cannotListen(address, port, cause));
    };
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
