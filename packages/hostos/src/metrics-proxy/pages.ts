import { IcosError, type Clock } from "@icos/system";
import { BACKEND_LIMITS, fetchPage, type BackendLimits } from "./backend.ts";
import { EXPOSITION_LIMITS, ExpositionParser, type ExpositionLimits } from "./exposition-parser.ts";
import { FilteredPage } from "./filtered-page.ts";
import { Gate, type GateLimits } from "./gate.ts";
import { MetricFilter, type RandomInteger } from "./metric-filter.ts";
import { PAGE_CACHE_LIMITS, PageCache, type PageCacheLimits } from "./page-cache.ts";
import type { ProxyRoute } from "./routes.ts";

export interface PagesLimits {
  readonly backend: BackendLimits;
  readonly cache: PageCacheLimits;
  readonly exposition: ExpositionLimits;
  /** Of the guests' pages that are fetched: one guest that does not answer holds up the host's page at no time. */
  readonly gate: GateLimits;
}

export const PAGES_LIMITS: PagesLimits = {
  backend: BACKEND_LIMITS,
  cache: PAGE_CACHE_LIMITS,
  exposition: EXPOSITION_LIMITS,
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
  readonly #filters: ReadonlyMap<ProxyRoute, MetricFilter>;

  constructor(routes: readonly ProxyRoute[], limits: PagesLimits, { clock, random }: PagesModules) {
    this.#limits = limits;
    this.#clock = clock;
    this.#cache = new PageCache(limits.cache, clock);
    this.#gate = new Gate(limits.gate, clock);
    const filtered = routes.flatMap((route) => (route.rules ? [{ route, rules: route.rules }] : []));
    this.#filters = new Map(filtered.map(({ route, rules }) => [route, new MetricFilter(rules, random)]));
  }

  /** Rejects with `backend-failed`, `backend-timeout`, `backends-busy`, `exposition-invalid` or `exposition-too-large`. */
  get(route: ProxyRoute): Promise<Buffer> {
    const filter = this.#filters.get(route);
    return this.#cache.get(route.path, () =>
      filter ? this.#filtered(route, filter) : this.#gate.run(() => this.#passedOn(route)),
    );
  }

  async #filtered(route: ProxyRoute, filter: MetricFilter): Promise<Buffer> {
    const page = new FilteredPage(filter.page(this.#clock.now()));
    const parser = new ExpositionParser(this.#limits.exposition, (line) => page.add(line));
    await fetchPage(route.backend, this.#limits.backend, (chunk) => parser.write(chunk));
    parser.end();
    return page.finish();
  }

  /** A page of a guest may have tens of thousands of samples; taking it apart would cost more than all else here. */
  async #passedOn(route: ProxyRoute): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    await fetchPage(route.backend, this.#limits.backend, (chunk) => {
      bytes += chunk.length;
      if (bytes > this.#limits.exposition.bytes) {
        const problem = `it has more than ${this.#limits.exposition.bytes} bytes`;
        throw new IcosError("exposition-too-large", `The page of metrics is too large: ${problem}.`);
      }
      chunks.push(chunk);
    });
    return Buffer.concat(chunks);
  }
}
