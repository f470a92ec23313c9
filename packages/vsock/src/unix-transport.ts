import { once } from "node:events";
import { connect } from "node:net";
import { IcosError, systemErrorCode } from "@icos/system";
import { listenOnPath } from "@icos/system/pipe-handle";
import type { GuestTransport, HostTransport } from "./transport.ts";

/** The channel on a unix socket, whose connections are all taken for those of the guest `peerCid`. */
export function unixHostTransport(path: string, peerCid: number): HostTransport {
  return {
    async listen(accepted) {
      const { promise: failed, resolve } = Promise.withResolvers<Error>();
      const listener = listenOnPath(
        path,
        ({ stream }) =>
          accepted({ peerCid, open: (onread) => stream({ writable: true, allowHalfOpen: true, onread }) }),
        resolve,
      );
      return { failed, close: () => listener.close() };
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
