import assert from "node:assert/strict";
import { test } from "node:test";
import { MetricsPage, silentLogger } from "@icos/system";
import { supervise } from "./supervise.ts";
import { VirtualClock } from "@icos/system/virtual-clock";

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

void test("a task that fails or ends is counted and started again until the program stops", async () => {
  const clock = new VirtualClock();
  const page = new MetricsPage();
  const failed = page.counter("tasks_failed_total", "Failures.", { labelled: true });
  const stop = new AbortController();
  let runs = 0;
  const task = async (signal: AbortSignal): Promise<void> => {
    runs += 1;
    if (runs === 1) throw new Error("broken");
    if (runs === 3) await new Promise((resolve) => signal.addEventListener("abort", resolve));
  };
  const supervised = supervise("task", task, { clock, logger: silentLogger, failed }, stop.signal);
  for (const run of [1, 2]) {
    await settle();
    assert.equal(runs, run);
    clock.advance(10_000);
  }
  await settle();
  stop.abort();
  await supervised;
  assert.equal(runs, 3);
  assert.match(page.render(), /^tasks_failed_total\{task_name="task",reason="failed"\} 2$/m);
});
