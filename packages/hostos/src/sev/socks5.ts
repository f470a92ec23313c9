import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { IcosError } from "@icos/system";

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

const VERSION = 5;
const NO_AUTHENTICATION = 0;
const CONNECT = 1;
const ADDRESS = { ipv4: 1, name: 3, ipv6: 4 } as const;
const MOST_OF_A_NAME = 255;

/** RFC 1928, 6. */
const REPLIES: Readonly<Record<number, string>> = {
  1: "it failed",
  2: "it does not allow it",
  3: "the network cannot be reached",
  4: "the host cannot be reached",
  5: "the connection was refused",
  6: "the time of the packets was over",
  7: "it does not know the command",
  8: "it does not know the form of address",
};

/**
 * A connection to `target` through a SOCKS5 proxy (RFC 1928) without authentication. The proxy resolves the name, since hosts
 * that need it have no way to the target's addresses.
 * @throws IcosError `proxy-unreachable`, `proxy-refused`
 */
export async function connectThroughSocks5(proxy: Endpoint, target: Endpoint, signal: AbortSignal): Promise<Socket> {
  const name = Buffer.from(target.host, "utf8");
  if (name.length > MOST_OF_A_NAME) throw refused(proxy, "the target's name is too long for it");
  const socket = connect({ host: proxy.host, port: proxy.port, signal });
  try {
    await once(socket, "connect", { signal });
    const reader = readerOf(socket);
    socket.write(Uint8Array.of(VERSION, 1, NO_AUTHENTICATION));
    const chosen = await reader.read(2);
    if (chosen[0] !== VERSION) throw refused(proxy, "it does not speak SOCKS5");
    if (chosen[1] !== NO_AUTHENTICATION) throw refused(proxy, "it wants authentication");
    const port = Uint8Array.of(target.port >> 8, target.port & 0xff);
    socket.write(Buffer.concat([Uint8Array.of(VERSION, CONNECT, 0, ADDRESS.name, name.length), name, port]));
    const [, reply = 1, , type = 0] = await reader.read(4);
    if (reply !== 0) throw refused(proxy, REPLIES[reply] ?? `it answered ${reply}`);
    await reader.read((await boundAddressLength(type, reader, proxy)) + 2);
    if (!reader.release()) throw refused(proxy, "it sent more than its answer");
    return socket;
  } catch (cause) {
    socket.on("error", () => undefined); // told by `cause`
    socket.destroy();
    if (cause instanceof IcosError) throw cause;
    throw new IcosError("proxy-unreachable", `The proxy ${proxy.host}:${proxy.port} does not answer.`, { cause });
  }
}

async function boundAddressLength(type: number, reader: Reader, proxy: Endpoint): Promise<number> {
  if (type === ADDRESS.ipv4) return 4;
  if (type === ADDRESS.ipv6) return 16;
  if (type === ADDRESS.name) return (await reader.read(1)).readUInt8(0);
  throw refused(proxy, `it answered with an address of unknown form ${type}`);
}

interface Reader {
  /** Exactly so many bytes. */
  read(length: number): Promise<Buffer>;
  /** Leaves the socket to whoever reads it next; false when something came that nobody has asked for. */
  release(): boolean;
}

function readerOf(socket: Socket): Reader {
  let bytes = Buffer.alloc(0);
  let ended: Error | undefined;
  let wake: () => void = () => undefined;
  const onData = (chunk: Buffer): void => {
    bytes = Buffer.concat([bytes, chunk]);
    wake();
  };
  const onClose = (error?: unknown): void => {
    ended ??= error instanceof Error ? error : new Error("The connection has ended.");
    wake();
  };
  socket.on("data", onData).on("error", onClose).on("end", onClose).on("close", onClose);
  return {
    async read(length) {
      while (bytes.length < length) {
        if (ended) throw ended;
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        await promise;
      }
      const taken = bytes.subarray(0, length);
      bytes = bytes.subarray(length);
      return taken;
    },
    release() {
      socket.off("data", onData).off("error", onClose).off("end", onClose).off("close", onClose);
      return bytes.length === 0;
    },
  };
}

function refused({ host, port }: Endpoint, why: string): IcosError {
  return new IcosError("proxy-refused", `The proxy ${host}:${port} did not connect: ${why}.`);
}
