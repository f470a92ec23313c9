import { connect, isIPv6, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { IcosError } from "@icos/system";

export interface GatewayTarget {
  /** An IPv6 address of the testnet. */
  readonly host: string;
  readonly port: number;
}

/** TCP connections into the testnet's network, from the host. */
export interface GatewayClient {
  /**
   * Resolves with an open stream (half-close works both ways); rejects with an {@link IcosError}: `gateway-unavailable`,
   * `gateway-refused` (`details.status`: 403 outside of the testnet, 502 not reachable, 503 too many, 504 timed out).
   */
  connect(target: GatewayTarget, options?: { readonly signal?: AbortSignal | undefined }): Promise<Duplex>;
}

const HEAD_LIMIT = 8_192;
const CONNECT_TIMEOUT_MS = 15_000;

/** A client of the gateway that listens on the unix socket at `socketPath`. */
export function createGatewayClient(socketPath: string): GatewayClient {
  return { connect: (target, options = {}) => openTunnel(socketPath, target, options.signal) };
}

async function openTunnel(socketPath: string, target: GatewayTarget, signal?: AbortSignal): Promise<Duplex> {
  signal?.throwIfAborted();
  const authority = `${isIPv6(target.host) ? `[${target.host}]` : target.host}:${target.port}`;
  if (!/^[\x21-\x7e]+$/.test(authority)) {
    throw new IcosError("gateway-refused", `"${authority}" is not an address and port.`, { details: { status: 400 } });
  }
  const socket = connect({ path: socketPath, allowHalfOpen: true });
  try {
    socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
    const head = await readHead(socket, signal);
    const status = /^HTTP\/1\.[01] (\d{3}) ?(.*)$/.exec(head.split("\r\n")[0] ?? "");
    if (status?.[1] === "200") return socket;
    throw new IcosError("gateway-refused", `The testnet's gateway did not connect to ${authority}: ${status?.[2]}.`, {
      details: { status: Number(status?.[1] ?? 0), target: authority },
    });
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** Reads up to the empty line and puts what follows back. */
function readHead(socket: Socket, signal: AbortSignal | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    let seen = Buffer.alloc(0);
    const timer = setTimeout(() => fail(unavailable("it did not answer in time")), CONNECT_TIMEOUT_MS);
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      socket.off("readable", onReadable).off("error", onError).off("end", onEnd).off("close", onEnd);
    };
    const fail = (error: unknown): void => {
      settle();
      socket.on("error", () => undefined);
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    const onAbort = (): void => fail(signal?.reason);
    const onError = (error: Error): void => fail(unavailable(error.message, error));
    const onEnd = (): void => fail(unavailable("it closed the connection"));
    const onReadable = (): void => {
      for (let chunk: unknown = socket.read(); chunk instanceof Buffer; chunk = socket.read()) {
        seen = Buffer.concat([seen, chunk]);
        const end = seen.indexOf("\r\n\r\n");
        if (end >= 0) {
          settle();
          const rest = seen.subarray(end + 4);
          if (rest.length > 0) socket.unshift(rest);
          resolve(seen.toString("latin1", 0, end));
          return;
        }
        if (seen.length > HEAD_LIMIT) {
          fail(unavailable("its answer is not HTTP"));
          return;
        }
      }
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    socket.on("readable", onReadable).on("error", onError).on("end", onEnd).on("close", onEnd);
  });
}

function unavailable(why: string, cause?: Error): IcosError {
  return new IcosError("gateway-unavailable", `The testnet's gateway cannot be used: ${why}.`, {
    next: "See with `icos testnet status` whether the testnet is running.",
    cause,
  });
}
