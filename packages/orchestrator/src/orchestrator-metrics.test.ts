import assert from "node:assert/strict";
import { test } from "node:test";
import { createOrchestratorMetrics } from "./orchestrator-metrics.ts";

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
