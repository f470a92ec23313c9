import assert from "node:assert/strict";
import { test } from "node:test";
import { renderRunnerMetrics } from "./metrics.ts";

void test("each machine of a host has series of its own, the first guest's are upstream's", () => {
  const seriesOf = (role: Parameters<typeof renderRunnerMetrics>[0]["role"]) =>
    renderRunnerMetrics({ role, started: true, hugepages: false })
      .split("\n")
      .filter((line) => line.startsWith("hostos_"));
  assert.deepEqual(seriesOf({ type: "default", slot: 0 }), [
    'hostos_guestos_service_start{vm_type="default"} 1',
    'hostos_guestos_hugepages_enabled{vm_type="default"} 0',
  ]);
  assert.match(seriesOf({ type: "upgrade" })[0] ?? "", /\{vm_type="upgrade"\} 1/);
  assert.match(
    seriesOf({ type: "default", slot: 2 })[0] ?? "",
    /\{slot="2",vm_type="default"\} 1|\{vm_type="default",slot="2"\} 1/,
  );
});
