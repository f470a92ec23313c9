import type { Socket } from "node:net";
import { IcosError } from "@icos/system";

const VERSION = 5;
const NO_AUTHENTICATION = 0;
const CONNECT = 1;
const DOMAIN_NAME = 3;
/** Bytes of the bound address behind its type: IPv4, IPv6; a name says its own length. */
const ADDRESS_BYTES: Readonly<Record<number, number>> = { 1: 4, 4: 16 };
const TIMEOUT_MS = 15_000;

/** Has a SOCKS 5 proxy (RFC 1928) connect to a host by name; afterwards the socket leads there. Throws `proxy-refused`. */
export async function socks5Connect(socket: Socket, host: string, port: number): Promise<void> {
  const timer = setTimeout(
    () => socket.destroy(new IcosError("proxy-refused", "The proxy does not answer.")),
    TIMEOUT_MS,
  );
  try {
    socket.write(Buffer.of(VERSION, 1, NO_AUTHENTICATION));
    const [version, method] = await readExactly(socket, 2);
    if (version !== VERSION || method !== NO_AUTHENTICATION) throw refused(`it answered ${version}, ${method}`);
    const name = Buffer.from(host, "latin1");
    const request = Buffer.concat([Buffer.of(VERSION, CONNECT, 0, DOMAIN_NAME, name.length), name, Buffer.alloc(2)]);
    request.writeUInt16BE(port, request.length - 2);
    socket.write(request);
    const [, status, , type = 0] = await readExactly(socket, 4);
    if (status !== 0) throw refused(`it answered with status ${status}`);
    const length = type === DOMAIN_NAME ? ((await readExactly(socket, 1))[0] ?? 0) : ADDRESS_BYTES[type];
    if (length === undefined) throw refused(`it answered with an address of type ${type}`);
    await readExactly(socket, length + 2);
  } finally {
    clearTimeout(timer);
  }
}

/** Takes just so many bytes, so that what the server itself sends stays in the socket. */
async function readExactly(socket: Socket, length: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const attempt = (): void => {
    const bytes = socket.read(length) as Buffer | null;
    if (bytes !== null && bytes.length === length) resolve(bytes);
    else if (bytes !== null) reject(refused("it ended the connection"));
  };
  const ended = (): void => reject(refused("it ended the connection"));
  socket.on("readable", attempt).on("error", reject).on("end", ended).on("close", ended);
  attempt();
  try {
    return await promise;
  } finally {
    socket.off("readable", attempt).off("error", reject).off("end", ended).off("close", ended);
  }
}

function refused(why: string): IcosError {
  return new IcosError("proxy-refused", `The SOCKS proxy did not connect: ${why}.`);
}
