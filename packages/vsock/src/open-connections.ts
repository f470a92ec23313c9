import type { Socket } from "node:net";
import { IcosError } from "@icos/system";
import { LONG_COMMANDS, SLOW_COMMANDS, type CommandKind } from "./command.ts";
import type { Connection } from "./connection.ts";

/** Where a connection is in its life. Some work goes on without the connection, which only waits for it. */
export type Stage = "reading" | "working" | "waiting" | "answering" | "answered";

/** A connection that counts against the limits. */
export class OpenConnection {
  readonly connection: Connection;
  /** How many there were before it. */
  readonly number: number;
  stage: Stage = "reading";
  /** What the request asks for, once it is complete. */
  command: CommandKind | undefined;
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
  readonly waiting: number;
  readonly slow: number;
  readonly bufferedBytes: number;
}

/**
 * The connections that are open, with bounds. Room is made by closing the oldest that is only waiting to be closed, then the
 * oldest that does not take its answer, then the oldest whose request is not complete: a guest that opens many connections and
 * says or takes nothing cannot keep its own good request out. What is being worked on is never closed for another; but
 * only so many may do what takes long.
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

  /**
   * The request is complete. Work that goes on without the connection keeps a few, of which the oldest has to go. Throws
   * `vsock-busy` when enough is under way that takes its time.
   */
  begun(open: OpenConnection, command: CommandKind): void {
    if (SLOW_COMMANDS.has(command) && this.#count(isSlow) >= this.#limits.slow) {
      throw new IcosError("vsock-busy", `${this.#limits.slow} such commands are under way.`, {
        next: "Try again in a moment.",
      });
    }
    open.command = command;
    open.stage = LONG_COMMANDS.has(command) ? "waiting" : "working";
    this.#open.delete(open);
    this.#open.add(open); // it is the youngest of those that wait
    if (this.#count(({ stage }) => stage === "waiting") > this.#limits.waiting) this.#evictFirst("waiting");
  }

  remove(open: OpenConnection): void {
    this.#open.delete(open);
  }

  /** Cuts all off. */
  destroyAll(): void {
    for (const { socket } of this.#open) socket.destroy();
  }

  #makeRoom(): boolean {
    return this.#evictFirst("answered") || this.#evictFirst("answering") || this.#evictFirst("reading");
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

  #count(counts: (open: OpenConnection) => boolean): number {
    let count = 0;
    for (const open of this.#open) if (counts(open)) count += 1;
    return count;
  }

  #bufferedBytes(): number {
    let sum = 0;
    for (const { stage, bufferedBytes } of this.#open) if (stage === "reading") sum += bufferedBytes;
    return sum;
  }
}

const isSlow = ({ stage, command }: OpenConnection): boolean =>
  stage === "working" && command !== undefined && SLOW_COMMANDS.has(command);
