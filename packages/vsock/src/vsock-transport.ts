import { open } from "node:fs/promises";
import { getSystemErrorName } from "node:util";
import { IcosError, systemClock, type Clock } from "@icos/system";
import { listenOnDescriptor, socketFromDescriptor } from "@icos/system/pipe-handle";
import { ANY_CID, HOST_CID, HOSTOS_PORT, type VsockAddress } from "./address.ts";
import { openVsockCalls, type VsockCalls } from "./libc.ts";
import type { GuestTransport, HostTransport } from "./transport.ts";

/** The guest's door to the channel. It is there when the kernel's module is, and says whether this is a guest. */
export const VSOCK_DEVICE = "/dev/vsock";

const CONNECT_POLL_MS = 5;
/** The kernel gives up after two seconds. */
const CONNECT_MS = 5_000;

/** The channel over `AF_VSOCK`, from any guest; the peer's context id is the kernel's word. */
export function vsockHostTransport(port = HOSTOS_PORT): HostTransport {
  const openCalls = once(openVsockCalls);
  return {
    async listen(accepted) {
      const calls = await openCalls();
      const fd = newSocket(calls);
      if (!calls.bind(fd, { cid: ANY_CID, port })) {
        calls.close(fd);
        throw new IcosError("vsock-unavailable", `The vsock port ${port} is in use.`);
      }
      const { promise: failed, resolve } = Promise.withResolvers<Error>();
      const listener = listenOnDescriptor(
        fd,
        (taken) =>
          accepted({
            peerCid: calls.peer(taken.fd)?.cid,
            open: (onread) => taken.stream({ writable: true, allowHalfOpen: true, onread }),
          }),
        resolve,
      );
      return { failed, close: () => listener.close() };
    },
  };
}

/** The other end, in a guest. */
export function vsockGuestTransport(
  address: VsockAddress = { cid: HOST_CID, port: HOSTOS_PORT },
  clock: Clock = systemClock,
): GuestTransport {
  const openCalls = once(openVsockCalls);
  return {
    async localCid() {
      const device = await open(VSOCK_DEVICE, "r").catch((cause: unknown) => {
        throw new IcosError("no-host", `${VSOCK_DEVICE} cannot be opened, so there is no channel to a host.`, {
          cause,
        });
      });
      try {
        const cid = (await openCalls()).localCid(device.fd);
        if (cid !== undefined) return cid;
        throw new IcosError("no-host", "This machine is not the guest of a host with a channel.");
      } finally {
        await device.close();
      }
    },
    async connect(signal) {
      const calls = await openCalls();
      const fd = newSocket(calls);
      try {
        calls.connect(fd, address);
        await connected(fd, calls, clock, signal);
      } catch (error) {
        calls.close(fd);
        throw error;
      }
      return socketFromDescriptor(fd, { writable: true, allowHalfOpen: true });
    },
  };
}

/** The library is opened when it is first needed, and no more than once: what is loaded of it stays. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

function newSocket(calls: VsockCalls): number {
  const fd = calls.socket();
  if (fd !== undefined) return fd;
  throw new IcosError("vsock-unavailable", "This kernel has no vsock sockets.", {
    next: "Load the kernel module vsock.",
  });
}

/** Looks again and again: Node cannot wait for a socket that it did not make. As a rule the first look is enough. */
async function connected(fd: number, calls: VsockCalls, clock: Clock, signal: AbortSignal): Promise<void> {
  for (let waited = 0; ; waited += CONNECT_POLL_MS) {
    const state = calls.connected(fd);
    if (state === "yes") return;
    if (state !== "not-yet" || waited >= CONNECT_MS) {
      const why = state === "not-yet" || state.error === 0 ? "no answer" : getSystemErrorName(-state.error);
      throw new IcosError("no-host", `The host does not take the connection (${why}).`);
    }
    await clock.sleep(CONNECT_POLL_MS, signal);
  }
}
