import assert from "node:assert/strict";
import { test } from "node:test";
import { upgradeSeries } from "./upgrade-series.ts";

void test("what became of the last upgrade is a series, with the reason when it was given up", () => {
  const record = { format: 1, version: "h2", sha256: "2", slot: "B", installedAt: 90_000 } as const;
  const labelsOf = (outcome: Parameters<typeof upgradeSeries>[0]): unknown =>
    upgradeSeries(outcome).map(({ name, value, labels }) => [name, value, labels]);
  assert.deepEqual(labelsOf(undefined), []);
  assert.deepEqual(upgradeSeries({ ...record, outcome: { kind: "on-trial" } })[0]?.labels, {
    version: "h2",
    slot: "B",
    outcome: "on-trial",
  });
  const [outcome, installed] = upgradeSeries({ ...record, outcome: { kind: "gave-up", at: 1, why: "x".repeat(300) } });
  assert.equal(outcome?.name, "hostos_upgrade_outcome");
  assert.equal(outcome.labels["reason"], "x".repeat(200));
  assert.deepEqual([installed?.name, installed?.value], ["hostos_upgrade_installed_seconds", 90]);
});
