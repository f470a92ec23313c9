import { KeyDecoder, type Key } from "./keys.ts";
import type { KeyOptions } from "./terminal.ts";

/** Keys that are waiting; more are dropped, so that a paste cannot fill the memory. */
const MOST_WAITING = 1_024;
/** A key's bytes come within this time. */
const IDLE_MS = 50;

/** Bytes in, keys out, one at a time. */
export class KeyQueue {
  readonly #decoder = new KeyDecoder();
  readonly #keys: Key[] = [];
  #closed = false;
  #wake: (() => void) | undefined;
  #idle: NodeJS.Timeout | undefined;

  push(bytes: Uint8Array): void {
    clearTimeout(this.#idle);
    this.#add(this.#decoder.push(bytes));
    this.#idle = setTimeout(() => this.#add(this.#decoder.idle()), IDLE_MS);
    this.#idle.unref();
  }

  get waiting(): number {
    return this.#keys.length;
  }

  close(): void {
    clearTimeout(this.#idle);
    this.#closed = true;
    this.#wake?.();
  }

  async next({ within, signal }: KeyOptions = {}): Promise<Key | "timeout" | "closed"> {
    if (this.#keys.length === 0 && !this.#closed && signal?.aborted !== true) await this.#wait(within, signal);
    return this.#keys.shift() ?? (this.#closed ? "closed" : "timeout");
  }

  #add(keys: readonly Key[]): void {
    this.#keys.push(...keys.slice(0, MOST_WAITING - this.#keys.length));
    if (this.#keys.length > 0) this.#wake?.();
  }

  #wait(within: number | undefined, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const timer = within === undefined ? undefined : setTimeout(done, within);
      const wake = (): void => done();
      this.#wake = wake;
      signal?.addEventListener("abort", wake, { once: true });
      const forget = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", wake);
        this.#wake = undefined;
      };
      function done(): void {
        forget();
        resolve();
      }
    });
  }
}
