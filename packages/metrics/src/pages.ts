import { IcosError, type Clock } from "@icos/system";
import { BACKEND_LIMITS, fetchPage, type BackendLimits } from "./backend.ts";
import { EXPOSITION_LIMITS, ExpositionParser, type ExpositionLimits } from "./exposition-parser.ts";
import { FilteredPage } from "./filtered-page.ts";
import { Gate, type GateLimits } from "./gate.ts";
import { MetricFilter, type RandomInteger } from "./metric-filter.ts";
import { PAGE_CACHE_LIMITS, PageCache, type PageCacheLimits } from "./page-cache.ts";
import type { PageSource, ProxyRoute } from "./proxy-route.ts";

export interface PagesLimits {
  readonly backend: BackendLimits;
  readonly cache: PageCacheLimits;
  readonly exposition: ExpositionLimits;
  /** Bytes of a page that is passed on, which another proxy has filtered: two dozen series, as a rule. */
  readonly passedOn: number;
  /** Of the pages that are passed on: a guest that does not answer holds up the host's page at no time. */
  readonly gate: GateLimits;
}

export const PAGES_LIMITS: PagesLimits = {
  backend: BACKEND_LIMITS,
  cache: PAGE_CACHE_LIMITS,
  exposition: EXPOSITION_LIMITS,
  passedOn: 256 * 1024,
  gate: { tasks: 4, milliseconds: 5_000 },
};

export interface PagesModules {
  readonly clock: Clock;
  readonly random: RandomInteger;
}

/** The pages of all routes: each asked of its backend, filtered where there are rules, and kept for a while. */
export class Pages {
  readonly #limits: PagesLimits;
  readonly #clock: Clock;
  readonly #cache: PageCache;
  readonly #gate: Gate;
  readonly #filters: ReadonlyMap<PageSource, MetricFilter>;

  constructor(routes: readonly ProxyRoute[], limits: PagesLimits, { clock, random }: PagesModules) {
    this.#limits = limits;
    this.#clock = clock;
    this.#cache = new PageCache(limits.cache, clock);
    this.#gate = new Gate(limits.gate, clock);
    this.#filters = new Map(
      routes.flatMap(({ source }) =>
        source.kind === "filtered" ? [[source, new MetricFilter(source.rules, random)]] : [],
      ),
    );
  }

  /** Rejects with `backend-failed`, `backend-timeout`, `backends-busy`, `exposition-invalid` or `exposition-too-large`. */
  get({ path, source }: ProxyRoute): Promise<Buffer> {
    return this.#cache.get(path, () => this.#make(source));
  }

  async #make(source: PageSource): Promise<Buffer> {
    switch (source.kind) {
      case "filtered":
        return this.#filtered(source);
      case "passed-on":
        return this.#gate.run(() => this.#passedOn(source.url));
      case "own":
        return Buffer.from(await source.page());
      default:
        return source satisfies never;
    }
  }

  async #filtered(source: PageSource & { readonly kind: "filtered" }): Promise<Buffer> {
    const page = new FilteredPage(this.#filters.get(source)?.page(this.#clock.now()));
    const parser = new ExpositionParser(this.#limits.exposition, (line) => page.add(line));
    await fetchPage(source.url, this.#limits.backend, (chunk) => parser.write(chunk));
    parser.end();
    return page.finish();
  }

  /** Not taken apart: what a guest says about itself is its own. */
  async #passedOn(url: string): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    await fetchPage(url, this.#limits.backend, (chunk) => {
      bytes += chunk.length;
      if (bytes > this.#limits.passedOn) {
        const problem = `it has more than ${this.#limits.passedOn} bytes`;
        throw new IcosError("exposition-too-large", `The page of metrics is too large: ${problem}.`);
      }
      chunks.push(chunk);
    });
    return Buffer.concat(chunks);
  }
}
