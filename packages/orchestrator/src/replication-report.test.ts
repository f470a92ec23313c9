import assert from "node:assert/strict";
import { test } from "node:test";
import { createOrchestratorMetrics } from "./orchestrator-metrics.ts";
import { ReplicationReport } from "./replication-report.ts";

const failure = (consecutive: number) =>
  ({ kind: "failed", error: new Error(`failure ${consecutive}`), consecutive }) as const;
const success = { kind: "polled", version: 7, added: 0, certifiedTime: 5n } as const;

function observed() {
  const lines: string[] = [];
  const metrics = createOrchestratorMetrics();
  const report = new ReplicationReport({ line: (text) => void lines.push(text) }, metrics);
  return { lines, metrics, report };
}

void test("without a registry every failure is on the console", () => {
  const { lines, report } = observed();
  for (const consecutive of [1, 2]) report.observe(failure(consecutive), true, 0);
  report.observe(success, false, 0);
  assert.deepEqual(lines, [
    "The registry cannot be read: failure 1",
    "The registry cannot be read: failure 2",
    "The registry answers.",
  ]);
});

void test("later the operator hears once of a registry that stays away, and once when it is back", () => {
  const { lines, report, metrics } = observed();
  report.observe(failure(1), false, 0);
  report.observe(success, false, 0);
  for (const consecutive of [1, 2, 3, 4, 5]) report.observe(failure(consecutive), false, 0);
  for (let poll = 0; poll < 2; poll += 1) report.observe(success, false, 0);
  assert.deepEqual(lines, ["The registry cannot be read: failure 3", "The registry answers."]);
  const text = metrics.render();
  assert.match(text, /^replicator_poll_count\{status="success"\} 3$/m);
  assert.match(text, /^replicator_poll_count\{status="failure"\} 6$/m);
  assert.match(text, /^replicator_registry_version 7$/m);
  assert.match(text, /^replicator_latest_certified_time 5$/m);
});

void test("the time of each poll is measured from its start", () => {
  const { report, metrics } = observed();
  report.pollStarts(1000);
  report.observe(success, false, 1250);
  report.observe(success, false, 9000);
  assert.match(metrics.render(), /^replicator_poll_duration_sum 0\.25$/m);
  assert.match(metrics.render(), /^replicator_poll_duration_count 1$/m);
});
