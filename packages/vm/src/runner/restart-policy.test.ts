import assert from "node:assert/strict";
import { test } from "node:test";
import type { MachineExit } from "./machine-exit.ts";
import { DEFAULT_RESTART_POLICY, planAfterExit } from "./restart-policy.ts";

const CRASH: MachineExit = { kind: "crash", reason: "x" };
const REBOOT: MachineExit = { kind: "reboot", cause: "guest" };

function delays(exit: MachineExit, runs: number): number[] {
  const found: number[] = [];
  let shortRuns = 0;
  for (let run = 0; run < runs; run += 1) {
    const plan = planAfterExit(DEFAULT_RESTART_POLICY, exit, 1_000, shortRuns);
    assert.equal(plan.kind, "restart");
    if (plan.kind !== "restart") break;
    found.push(plan.delayMs);
    shortRuns = plan.shortRuns;
  }
  return found;
}

void test("a machine that crashes again and again is started ever more slowly", () => {
  assert.deepEqual(delays(CRASH, 8), [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
});

void test("the first reboot does not wait, a loop of reboots does", () => {
  assert.deepEqual(delays(REBOOT, 4), [0, 1_000, 2_000, 4_000]);
});

void test("a machine that ran long is started at once", () => {
  const plan = planAfterExit(DEFAULT_RESTART_POLICY, CRASH, 3_600_000, 7);
  assert.deepEqual(plan, { kind: "restart", delayMs: 0, shortRuns: 0 });
});

void test("a machine that was switched off stays off, and so does one whose policy says so", () => {
  assert.deepEqual(planAfterExit(DEFAULT_RESTART_POLICY, { kind: "poweroff" }, 1, 0), { kind: "stop" });
  assert.deepEqual(planAfterExit(DEFAULT_RESTART_POLICY, { kind: "quit" }, 1, 0), { kind: "stop" });
  const never = { ...DEFAULT_RESTART_POLICY, onReboot: "stop", onCrash: "stop" } as const;
  assert.deepEqual(planAfterExit(never, REBOOT, 1, 0), { kind: "stop" });
  assert.deepEqual(planAfterExit(never, CRASH, 1, 0), { kind: "stop" });
  assert.equal(planAfterExit(never, { kind: "reboot", cause: "host" }, 1, 0).kind, "restart");
});
