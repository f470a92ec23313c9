import { IcosError, type Clock } from "@icos/system";
import { BACKEND_LIMITS, fetchPage, type BackendLimits } from "./backend.ts";
import { EXPOSITION_LIMITS, ExpositionParser, type ExpositionLimits } from "./exposition-parser.ts";
import { FilteredPage } from "./filtered-page.ts";
import { MetricFilter, type RandomInteger } from "./metric-filter.ts";
import { PAGE_CACHE_LIMITS, PageCache, type PageCacheLimits } from "./page-cache.ts";
import type { ProxyRoute } from "./routes.ts";

export interface PagesLimits {
  readonly backend: BackendLimits;
  readonly cache: PageCacheLimits;
  readonly exposition: ExpositionLimits;
  /** How many backends are asked at once: so many pages are in memory twice. */
  readonly fetches: number;
}

export const PAGES_LIMITS: PagesLimits = {
  backend: BACKEND_LIMITS,
  cache: PAGE_CACHE_LIMITS,
  exposition: EXPOSITION_LIMITS,
  fetches: 4,
};

export interface PagesModules {
  readonly clock: Clock;
  readonly random: RandomInteger;
}

/** The pages of all routes: each asked of its backend, filtered and kept for a while. */
export class Pages {
  readonly #limits: PagesLimits;
  readonly #modules: PagesModules;
  readonly #cache: PageCache;
  readonly #filters: ReadonlyMap<ProxyRoute, MetricFilter>;

  constructor(routes: readonly ProxyRoute[], limits: PagesLimits, modules: PagesModules) {
    this.#limits = limits;
    this.#modules = modules;
    this.#cache = new PageCache(limits.cache, modules.clock);
    const filtered = routes.flatMap((route) => (route.rules ? [{ route, rules: route.rules }] : []));
    this.#filters = new Map(filtered.map(({ route, rules }) => [route, new MetricFilter(rules, modules.random)]));
  }

  /** Rejects with `backend-failed`, `backend-timeout`, `backends-busy`, `exposition-invalid` or `exposition-too-large`. */
  get(route: ProxyRoute): Promise<Buffer> {
    return this.#cache.get(route.path, () => this.#make(route));
  }

  async #make(route: ProxyRoute): Promise<Buffer> {
    // This page is not among the pending ones yet.
    if (this.#cache.pending >= this.#limits.fetches) {
      throw new IcosError("backends-busy", `${this.#limits.fetches} other pages are being made.`, {
        next: "Ask again in a few seconds.",
      });
    }
    const page = new FilteredPage(this.#filters.get(route)?.page(this.#modules.clock.now()));
    const parser = new ExpositionParser(this.#limits.exposition, (line) => page.add(line));
    await fetchPage(route.backend, this.#limits.backend, (chunk) => parser.write(chunk));
    parser.end();
    return page.finish();
  }
}
