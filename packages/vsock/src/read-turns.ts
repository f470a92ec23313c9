import type { Socket } from "node:net";

/** What waits for its turn. */
interface Reader {
  /** The smaller, the older. */
  readonly number: number;
  readonly socket: Socket;
}

/** Turns in a row that newcomers may cost the others. */
const MOST_PASSED = 16;

/**
 * Lets one reader at a time have the next piece of its request, and nothing else in that turn of the event loop but what has
 * just begun: however many large requests there are, a new small one waits for a few pieces. It is the oldest reader that
 * goes on, so that under a load that is too much for all some still end in time; one that has nothing to read at its
 * turn keeps nobody waiting, and reads when something comes. Node takes one connection in a turn of the event loop, so those
 * that wait to be taken go first, within bounds.
 */
export class ReadTurns {
  /** The oldest first. */
  readonly #waiting: Reader[] = [];
  #newcomer = false;
  #passed = 0;
  #scheduled = false;

  /** Has the socket resumed when it is the reader's turn. */
  ask(reader: Reader): void {
    const younger = this.#waiting.findIndex(({ number }) => number > reader.number);
    this.#waiting.splice(younger === -1 ? this.#waiting.length : younger, 0, reader);
    if (!this.#scheduled) this.#schedule();
  }

  /** A connection has just been taken; there may be more. */
  newcomer(): void {
    this.#newcomer = true;
  }

  /** The reader needs no turn any more. */
  leave(reader: Reader): void {
    const at = this.#waiting.indexOf(reader);
    if (at !== -1) this.#waiting.splice(at, 1);
  }

  #schedule(): void {
    this.#scheduled = true;
    setImmediate(() => this.#give());
  }

  #give(): void {
    if (this.#newcomer && this.#passed < MOST_PASSED) this.#passed += 1;
    else {
      this.#passed = 0;
      this.#waiting.shift()?.socket.resume();
    }
    this.#newcomer = false;
    this.#scheduled = false;
    if (this.#waiting.length > 0) this.#schedule();
  }
}
