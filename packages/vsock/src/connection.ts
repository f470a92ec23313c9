import type { Socket } from "node:net";
import type { IncomingConnection } from "./transport.ts";

/**
 * Bytes that are read of a connection at once. Requests are smaller as a rule; larger ones wait for their turn after each
 * piece, so this is also what a connection may cost unasked.
 */
export const PIECE_BYTES = 1024;

/** Takes a piece, which is good until the call ends; with `false` no more is read until the socket is resumed. */
export type Receiver = (piece: Uint8Array) => boolean;

const passOver: Receiver = () => true;

/** A connection of the server. What nobody takes is passed over. */
export class Connection {
  readonly peerCid: number | undefined;
  readonly socket: Socket;
  #receiver = passOver;

  /** `buffer` may be the same for all connections. */
  constructor(incoming: IncomingConnection, buffer: Uint8Array) {
    this.peerCid = incoming.peerCid;
    this.socket = incoming.open({ buffer, callback: (length) => this.#receiver(buffer.subarray(0, length)) });
    this.socket.on("error", () => this.socket.destroy()); // who waits for the socket hears of it, too
  }

  /** Has what arrives given to `receiver`, from now on. */
  receive(receiver: Receiver): void {
    this.#receiver = receiver;
    this.socket.resume();
  }

  passOver(): void {
    this.receive(passOver);
  }
}
