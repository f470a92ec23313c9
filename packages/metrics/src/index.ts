export * from "./exposition-parser.ts";
export type * from "./filter-rules.ts";
export * from "./filtered-page.ts";
export * from "./metric-filter.ts";
export * from "./proxy-route.ts";
export * from "./start-metrics-proxy.ts";
