import type { Socket } from "node:net";
import { finished } from "node:stream/promises";
import type { Clock } from "@icos/system";
import type { Connection } from "./connection.ts";
import { MESSAGE_LIMIT } from "./message-collector.ts";
import { encodeResponse, type Response } from "./response.ts";
import { within } from "./within.ts";

export interface RefusedLimits {
  readonly refused: number;
  readonly write: number;
}

/**
 * Connections that have no place, or had to give theirs up. Each is sent its answer and may stay a moment, so that its client
 * reads that before it hears of the end. None lasts by not taking it: a connection that does not take all at once is cut
 * off, as is one that still sends more than a request may hold, and the oldest when there are too many.
 */
export class RefusedConnections {
  readonly #limits: RefusedLimits;
  readonly #clock: Clock;
  /** The oldest first. */
  readonly #staying = new Set<Socket>();

  constructor(limits: RefusedLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  refuse(connection: Connection, response: Response): void {
    const { socket } = connection;
    socket.end(encodeResponse(response));
    if (socket.writableLength > 0) {
      socket.destroy();
      return;
    }
    let left = MESSAGE_LIMIT;
    connection.receive((piece) => {
      left -= piece.length;
      if (left < 0) socket.destroy();
      return left >= 0;
    });
    void this.#stay(socket);
  }

  /** Cuts all off. */
  destroyAll(): void {
    for (const socket of this.#staying) socket.destroy();
  }

  async #stay(socket: Socket): Promise<void> {
    const [oldest] = this.#staying;
    if (oldest !== undefined && this.#staying.size >= this.#limits.refused) {
      this.#staying.delete(oldest);
      oldest.destroy();
    }
    this.#staying.add(socket);
    const closed = (): Promise<void> => finished(socket);
    await within(this.#limits.write, this.#clock, closed, () => new Error("late")).catch(() => socket.destroy());
    this.#staying.delete(socket);
  }
}
