import type { Socket } from "node:net";
import { IcosError } from "@icos/system";
import { MessageCollector } from "./message-collector.ts";

export interface ReadOptions {
  readonly signal: AbortSignal;
  /** Called with the memory that is in use for the message, whenever it grows. */
  readonly onGrowth?: ((bytes: number) => void) | undefined;
  /** For a stream that does not tell of its data itself: has each piece given to `take`. */
  readonly deliver?: ((take: (piece: Uint8Array) => void) => void) | undefined;
}

/**
 * The one message of a stream, of 64 KiB at most; the stream is paused afterwards. Rejects with `vsock-message-too-long`,
 * `vsock-connection-lost`, or the signal's reason.
 */
export async function readMessage(socket: Socket, { signal, onGrowth, deliver }: ReadOptions): Promise<Buffer> {
  const collector = new MessageCollector();
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const take = (piece: Uint8Array): void => {
    const before = collector.capacity;
    try {
      const message = collector.add(piece);
      if (message !== undefined) resolve(message);
    } catch (error) {
      reject(error);
    }
    if (collector.capacity > before) onGrowth?.(collector.capacity);
  };
  const end = (): void => resolve(collector.all());
  const lost = (cause?: unknown): void =>
    reject(new IcosError("vsock-connection-lost", "The connection was lost.", { cause }));
  const abort = (): void => reject(signal.reason);
  const closed = (): void => lost();
  if (signal.aborted) abort();
  if (socket.destroyed) closed();
  signal.addEventListener("abort", abort, { once: true });
  if (deliver === undefined) socket.on("data", take);
  else deliver(take);
  socket.on("end", end).on("error", lost).on("close", closed);
  try {
    return await promise;
  } finally {
    signal.removeEventListener("abort", abort);
    socket.off("data", take).off("end", end).off("error", lost).off("close", closed);
    socket.pause();
  }
}
