import type { FilterRule } from "./filter-rules.ts";

/** The public port, of a host and of a guest alike. */
export const METRICS_PROXY_PORT = 42_372;
/** The port of the proxy's metrics about itself. */
export const OWN_METRICS_PORT = 19_100;
export const NODE_EXPORTER_PORT = 9_100;

/** Where a page comes from. */
export type PageSource =
  /** What the rules show of a page of this machine. */
  | { readonly kind: "filtered"; readonly url: string; readonly rules: readonly FilterRule[] }
  /** A page that its own proxy has filtered, as it is. */
  | { readonly kind: "passed-on"; readonly url: string }
  /** A page of this process, in the format of Prometheus. */
  | { readonly kind: "own"; readonly page: () => string | Promise<string> };

export interface ProxyRoute {
  readonly path: string;
  readonly source: PageSource;
}
