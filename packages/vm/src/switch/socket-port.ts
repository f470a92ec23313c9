import { chmod, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { once } from "node:events";
import { IcosError, systemErrorCode } from "@icos/system";
import { MAXIMUM_SOCKET_PATH_BYTES } from "../machine/check-definition.ts";
import type { Packet } from "./framing.ts";
import { createPacketStream, type PacketStream } from "./packet-stream.ts";
import type { SwitchPort } from "./port.ts";

/**
 * Lets one machine at a time connect to the port. The newest connection wins: a machine that was started again is
 * served although the end of the old connection has not been noticed yet.
 * @returns how to stop listening; the socket is then gone.
 */
export async function listenForMachine(
  path: string,
  port: SwitchPort,
  ends: { receive(packet: Packet): void; gone(): void },
): Promise<() => Promise<void>> {
  let current: PacketStream | undefined;

  function connectMachine(socket: Socket): void {
    current?.close();
    const stream = createPacketStream(socket, {
      receive: (packet) => stream === current && ends.receive(packet),
      closed(error) {
        if (systemErrorCode(error) === "frame-too-long") port.counters.framingErrors += 1;
        if (stream !== current) return;
        current = undefined;
        port.attachment = undefined;
        ends.gone();
      },
    });
    current = stream;
    port.attachment = { deliver: (packet) => stream.send(packet), close: () => stream.close() };
  }

  const server = createServer(connectMachine);
  await listenOnSocket(server, path);
  return () => closeServer(server, path);
}

/** Listens on a unix socket that only its owner may connect to, in place of a stale one. */
async function listenOnSocket(server: Server, path: string): Promise<void> {
  checkSocketPath(path);
  await rm(path, { force: true });
  server.listen(path);
  try {
    await once(server, "listening");
  } catch (cause) {
    throw new IcosError("cannot-listen", `Nothing can listen on the socket ${path}.`, { place: { file: path }, cause });
  }
  await chmod(path, 0o600);
}

async function closeServer(server: Server, path: string): Promise<void> {
  const closed = once(server, "close");
  server.close();
  await closed;
  await rm(path, { force: true });
}

/** Refuses what the kernel would cut off without a word. */
export function checkSocketPath(path: string): void {
  if (Buffer.byteLength(path) <= MAXIMUM_SOCKET_PATH_BYTES) return;
  throw new IcosError(
    "socket-path-too-long",
    `The socket path ${path} is longer than the ${MAXIMUM_SOCKET_PATH_BYTES} bytes that the kernel takes.`,
    { next: "Use a directory with a shorter path.", place: { file: path } },
  );
}
