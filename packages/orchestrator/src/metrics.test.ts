import assert from "node:assert/strict";
import { test } from "node:test";
import { MetricsPage } from "./metrics.ts";
import { createOrchestratorMetrics } from "./orchestrator-metrics.ts";

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

void test("the orchestrator's metrics have upstream's names and values from the start", () => {
  const metrics = createOrchestratorMetrics();
  metrics.info.set(1, { ic_active_version: "v1" });
  metrics.polls.increment({ status: "success" });
  const samples = metrics
    .render()
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  const others = samples.filter((line) => !/^(process_resident|replicator_poll_duration)/.test(line));
  assert.deepEqual(others, [
    'ic_orchestrator_info{ic_active_version="v1"} 1',
    "orchestrator_failed_consecutive_upgrade_checks_total 0",
    "orchestrator_replica_process_start_attempts_total 0",
    'replicator_poll_count{status="success"} 1',
    "replicator_registry_version 0",
    "replicator_latest_certified_time 0",
    "firewall_registry_version 0",
    "ssh_access_registry_version 0",
  ]);
});
