import type { Clock } from "@icos/system";

/** Waits that an event can cut short. */
export class Wakeup {
  readonly #clock: Clock;
  readonly #waiting = new Set<AbortController>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ends every wait. */
  wake(): void {
    for (const wait of this.#waiting) wait.abort();
  }

  /** Resolves after the time, when woken, or when `signal` aborts. */
  async wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    this.#waiting.add(woken);
    try {
      await this.#clock.sleep(milliseconds, AbortSignal.any([woken.signal, signal]));
    } catch (error) {
      if (!woken.signal.aborted && !signal.aborted) throw error;
    } finally {
      this.#waiting.delete(woken);
    }
  }
}
