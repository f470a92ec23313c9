import type { Socket } from "node:net";
import { createPacketDecoder, type Packet } from "./framing.ts";

/** Bytes that may wait in this process for the other end of a socket; frames beyond are dropped. */
export const SEND_QUEUE_BYTES = 1024 * 1024;

export interface PacketStreamHandlers {
  readonly receive: (packet: Packet) => void;
  /** Called once. The error is undefined when the other end closed in order or {@link PacketStream.close} was called. */
  readonly closed: (error: Error | undefined) => void;
}

/** Packets over a stream socket. */
export interface PacketStream {
  /** False when the queue is full and the packet was dropped. */
  send(packet: Packet): boolean;
  close(): void;
}

export function createPacketStream(socket: Socket, handlers: PacketStreamHandlers): PacketStream {
  const decoder = createPacketDecoder(handlers.receive);
  let failure: Error | undefined;
  let corked = false;

  /** All packets of one turn of the event loop leave in one system call. */
  function uncork(): void {
    corked = false;
    socket.uncork();
  }

  socket.on("data", (chunk: Buffer) => {
    try {
      decoder.push(chunk);
    } catch (error) {
      socket.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  });
  socket.on("error", (error) => (failure = error));
  socket.on("end", () => socket.destroy());
  socket.on("close", () => handlers.closed(failure));

  return {
    send(packet) {
      if (socket.destroyed || socket.writableLength + packet.length > SEND_QUEUE_BYTES) return false;
      if (!corked) {
        corked = true;
        socket.cork();
        process.nextTick(uncork);
      }
      socket.write(packet);
      return true;
    },
    close: () => void socket.destroy(),
  };
}
