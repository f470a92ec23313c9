import type { Clock } from "@icos/system";

interface Page {
  readonly content: Buffer;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

export interface PageCacheLimits {
  readonly milliseconds: number;
  /** Of all pages together; the oldest leave first. */
  readonly bytes: number;
}

/** A page is kept for eight seconds, as upstream keeps it. */
export const PAGE_CACHE_LIMITS: PageCacheLimits = { milliseconds: 8_000, bytes: 1024 * 1024 };

/** Pages by name. A page is made once, however many ask for it, and is the same for all until it is too old. */
export class PageCache {
  readonly #clock: Clock;
  readonly #limits: PageCacheLimits;
  readonly #pages = new Map<string, Page>();
  readonly #pending = new Map<string, Promise<Buffer>>();

  constructor(limits: PageCacheLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** A failure is told to everybody who waits, and not kept. */
  get(name: string, make: () => Promise<Buffer>): Promise<Buffer> {
    const known = this.#pages.get(name);
    if (known && this.#isFresh(known)) return Promise.resolve(known.content);
    const pending = this.#pending.get(name);
    if (pending) return pending;
    const making = Promise.try(make)
      .then((content) => this.#keep(name, content))
      .finally(() => this.#pending.delete(name));
    this.#pending.set(name, making);
    return making;
  }

  /** A clock that was set back makes nothing fresh again. */
  #isFresh({ since }: Page): boolean {
    const age = this.#clock.now() - since;
    return age >= 0 && age < this.#limits.milliseconds;
  }

  #keep(name: string, content: Buffer): Buffer {
    this.#pages.delete(name);
    this.#pages.set(name, { content, since: this.#clock.now() });
    let bytes = this.#pages.values().reduce((sum, page) => sum + page.content.length, 0);
    for (const [other, page] of this.#pages) {
      if (bytes <= this.#limits.bytes && this.#isFresh(page)) continue;
      this.#pages.delete(other);
      bytes -= page.content.length;
    }
    return content;
  }
}
