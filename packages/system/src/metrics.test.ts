import assert from "node:assert/strict";
import { test } from "node:test";
import { MetricsPage } from "./metrics.ts";

void test("metrics are rendered in the Prometheus text format", () => {
  const page = new MetricsPage();
  const starts = page.counter("starts_total", "How often\nit started.");
  const failed = page.counter("failed_total", "By reason.", { labelled: true });
  const seconds = page.histogram("duration", "Seconds.", [0.5, 1]);
  starts.increment();
  failed.increment({ task: 'a "b"\\', reason: "x\ny" });
  for (const value of [0.25, 0.75, 3]) seconds.observe(value);
  assert.equal(
    page.render(),
    `# HELP starts_total How often\\nit started.
# TYPE starts_total counter
starts_total 1
# HELP failed_total By reason.
# TYPE failed_total counter
failed_total{task="a \\"b\\"\\\\",reason="x\\ny"} 1
# HELP duration Seconds.
# TYPE duration histogram
duration_bucket{le="0.5"} 1
duration_bucket{le="1"} 2
duration_bucket{le="+Inf"} 3
duration_sum 4
duration_count 3
`,
  );
});

void test("a histogram with labels has a series of buckets for each of them", () => {
  const page = new MetricsPage();
  const seconds = page.histogram("duration", "Seconds.", [1], { labelled: true });
  assert.equal(page.render(), "# HELP duration Seconds.\n# TYPE duration histogram\n");
  seconds.observe(0.5, { route: "a" });
  seconds.observe(2, { route: "b" });
  assert.deepEqual(page.render().split("\n").slice(2, -1), [
    'duration_bucket{route="a",le="1"} 1',
    'duration_bucket{route="a",le="+Inf"} 1',
    'duration_sum{route="a"} 0.5',
    'duration_count{route="a"} 1',
    'duration_bucket{route="b",le="1"} 0',
    'duration_bucket{route="b",le="+Inf"} 1',
    'duration_sum{route="b"} 2',
    'duration_count{route="b"} 1',
  ]);
});
