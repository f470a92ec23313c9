import { once } from "node:events";
import { createServer, connect } from "node:net";
import { IcosError, systemErrorCode } from "@icos/system";
import type { GuestTransport, HostTransport } from "./transport.ts";

/** The channel on a unix socket, whose connections are all taken for those of the guest `peerCid`. */
export function unixHostTransport(path: string, peerCid: number): HostTransport {
  return {
    async listen(accepted) {
      const server = createServer({ allowHalfOpen: true }, (socket) => accepted({ socket, peerCid }));
      await once(server.listen(path), "listening");
      const failed = new Promise<Error>((resolve) => server.on("error", resolve));
      return { failed, close: () => void server.close() };
    },
  };
}

/** The other end: a guest that takes itself for `localCid`. */
export function unixGuestTransport(path: string, localCid: number): GuestTransport {
  return {
    localCid: async () => localCid,
    async connect(signal) {
      const socket = connect({ path, allowHalfOpen: true });
      try {
        await once(socket, "connect", { signal });
        return socket;
      } catch (cause) {
        socket.destroy();
        if (signal.aborted || !["ENOENT", "ECONNREFUSED"].includes(systemErrorCode(cause) ?? "")) throw cause;
        throw new IcosError("no-host", `Nobody listens on ${path}.`, { cause });
      }
    },
  };
}
