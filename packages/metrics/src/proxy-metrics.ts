import { MetricsPage, processMetrics, renderMetrics, type Histogram, type Metric } from "@icos/system";

/** What the proxy tells about itself; the first two have the names that upstream's proxy has. */
export interface ProxyMetrics {
  readonly activeRequests: Metric;
  readonly requestDuration: Histogram;
  readonly droppedConnections: Metric;
  render(now: number): string;
}

export function createProxyMetrics(): ProxyMetrics {
  const page = new MetricsPage();
  return {
    activeRequests: page.gauge("http_server_active_requests", "Requests that are being answered."),
    requestDuration: page.histogram(
      "http_server_request_duration_seconds",
      "Seconds from a request to its answer, by route and status.",
      [0.005, 0.02, 0.1, 0.5, 2, 10],
      { labelled: true },
    ),
    droppedConnections: page.counter(
      "metrics_proxy_dropped_connections_total",
      "Connections that were closed at once because there were too many.",
    ),
    render: (now) => page.render() + renderMetrics(processMetrics(now)),
  };
}
