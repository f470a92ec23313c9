import { randomInt } from "node:crypto";
import type { Clock, Logger } from "@icos/system";
import { EXPOSITION_CONTENT_TYPE } from "@icos/system";
import { serveText, type ListenAddress, type TextServer } from "@icos/system/text-server";
import type { RandomInteger } from "./metric-filter.ts";
import { Pages, PAGES_LIMITS, type PagesLimits } from "./pages.ts";
import { ProxyAnswers } from "./proxy-answers.ts";
import { createProxyMetrics } from "./proxy-metrics.ts";
import { CONNECTION_LIMITS, createProxyServer, type ConnectionLimits } from "./proxy-server.ts";
import { METRICS_PROXY_PORT, OWN_METRICS_PORT, type ProxyRoute } from "./proxy-route.ts";

export interface MetricsProxyOptions {
  readonly routes: readonly ProxyRoute[];
  /** Where the routes are served, over TLS. */
  readonly listen?: ListenAddress;
  /** Where the proxy's own metrics are served, without TLS. */
  readonly listenOwn?: ListenAddress;
  readonly connections?: ConnectionLimits;
  readonly pages?: PagesLimits;
}

export interface MetricsProxyModules {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Unpredictable; the operating system's unless told. */
  readonly random?: RandomInteger;
}

export interface MetricsProxy {
  readonly port: number;
  readonly ownPort: number;
  close(): Promise<void>;
}

/**
 * Starts the public, filtered view of a host's metrics. Holds at most the pages of the cache and of the fetches under way
 * ({@link PAGES_LIMITS}) and the connections of {@link CONNECTION_LIMITS}. Rejects when an address cannot be had.
 */
export async function startMetricsProxy(
  options: MetricsProxyOptions,
  modules: MetricsProxyModules,
): Promise<MetricsProxy> {
  const { clock, logger, random = randomInt } = modules;
  const listen = options.listen ?? { host: "::", port: METRICS_PROXY_PORT };
  const metrics = createProxyMetrics();
  const pages = new Pages(options.routes, options.pages ?? PAGES_LIMITS, { clock, random });
  const answers = new ProxyAnswers(options.routes, { pages, logger });
  const server = createProxyServer(options.connections ?? CONNECTION_LIMITS, {
    answers,
    metrics,
    clock,
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(listen.port, listen.host, resolve);
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  let own: TextServer;
  try {
    const ownAddress = options.listenOwn ?? { host: "::", port: OWN_METRICS_PORT };
    own = await serveText(ownAddress, EXPOSITION_CONTENT_TYPE, () => metrics.render(clock.now()));
  } catch (error) {
    await close();
    throw error;
  }
  const bound = server.address();
  return {
    port: typeof bound === "object" && bound !== null ? bound.port : listen.port,
    ownPort: own.port,
    close: async () => {
      await Promise.all([close(), own.close()]);
    },
  };
}
