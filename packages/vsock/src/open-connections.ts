import type { Socket } from "node:net";
import type { Connection } from "./connection.ts";

/** Where a connection is in its life. */
export type Stage = "reading" | "working" | "answering" | "answered";

/** A connection that counts against the limits. */
export class OpenConnection {
  readonly connection: Connection;
  /** How many there were before it. */
  readonly number: number;
  stage: Stage = "reading";
  /** Memory that the incomplete request takes. */
  bufferedBytes = 0;
  readonly #evicted = new AbortController();

  constructor(connection: Connection, number: number) {
    this.connection = connection;
    this.number = number;
  }

  get socket(): Socket {
    return this.connection.socket;
  }

  /** Aborts when the connection has to make room. */
  get evicted(): AbortSignal {
    return this.#evicted.signal;
  }

  evict(): void {
    this.#evicted.abort();
  }
}

export interface OpenLimits {
  readonly connections: number;
  readonly bufferedBytes: number;
}

/**
 * The connections that are open, with bounds. Room is made by closing the oldest that is only waiting to be closed, then the
 * oldest whose request is not complete: a guest that opens many connections and says nothing cannot keep its own good
 * request out. What is being worked on is never closed for another.
 */
export class OpenConnections {
  readonly #limits: OpenLimits;
  /** The oldest first. */
  readonly #open = new Set<OpenConnection>();
  #admitted = 0;

  constructor(limits: OpenLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#open.size;
  }

  /** `undefined` when there is no room and none can be made. */
  admit(connection: Connection): OpenConnection | undefined {
    if (this.#open.size >= this.#limits.connections && !this.#makeRoom()) return undefined;
    const open = new OpenConnection(connection, this.#admitted++);
    this.#open.add(open);
    return open;
  }

  /** The incomplete request has grown; others, or this one, may have to go for it. */
  grown(open: OpenConnection, bytes: number): void {
    open.bufferedBytes = bytes;
    while (this.#bufferedBytes() > this.#limits.bufferedBytes && this.#evictFirst("reading")) continue;
  }

  remove(open: OpenConnection): void {
    this.#open.delete(open);
  }

  /** Cuts all off. */
  destroyAll(): void {
    for (const { socket } of this.#open) socket.destroy();
  }

  #makeRoom(): boolean {
    return this.#evictFirst("answered") || this.#evictFirst("reading");
  }

  #evictFirst(stage: Stage): boolean {
    for (const open of this.#open) {
      if (open.stage !== stage) continue;
      this.#open.delete(open);
      open.evict();
      return true;
    }
    return false;
  }

  #bufferedBytes(): number {
    let sum = 0;
    for (const { stage, bufferedBytes } of this.#open) if (stage === "reading") sum += bufferedBytes;
    return sum;
  }
}
