import { IcosError, type Clock } from "@icos/system";

export interface GateLimits {
  /** How many tasks run at once. */
  readonly tasks: number;
  /** How long one waits for its turn. */
  readonly milliseconds: number;
}

/** Lets so many tasks run at once; the others wait, first come first served, and are refused when it takes too long. */
export class Gate {
  readonly #limits: GateLimits;
  readonly #clock: Clock;
  #running = 0;
  readonly #waiting = new Set<() => void>();

  constructor(limits: GateLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Rejects with `backends-busy`, or as the task does. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running < this.#limits.tasks) this.#running += 1;
    else await this.#turn();
    try {
      return await task();
    } finally {
      // The place of this task is the next one's, or free.
      const [next] = this.#waiting;
      if (next) next();
      else this.#running -= 1;
    }
  }

  /** Returns when the place of another task was handed over. */
  async #turn(): Promise<void> {
    const came = new AbortController();
    const next = (): void => {
      this.#waiting.delete(next);
      came.abort();
    };
    this.#waiting.add(next);
    await this.#clock.sleep(this.#limits.milliseconds, came.signal).catch((error: unknown) => {
      if (!came.signal.aborted) throw error;
    });
    // Also when it came in the moment in which the time was over.
    if (came.signal.aborted) return;
    this.#waiting.delete(next);
    throw new IcosError("backends-busy", `${this.#limits.tasks} other pages have been waited for, too long.`, {
      next: "Ask again in a few seconds.",
    });
  }
}
