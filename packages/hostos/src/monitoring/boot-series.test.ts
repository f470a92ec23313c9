import assert from "node:assert/strict";
import { test } from "node:test";
import type { BootState } from "@icos/slots";
import { bootSeries } from "./boot-series.ts";

void test("each state of the slots has its series", () => {
  const cases: readonly (readonly [BootState, readonly unknown[]])[] = [
    [{ alternative: "A", cycle: "stable" }, [1, 0, { successful_boot: "true" }]],
    [{ alternative: "A", cycle: "install" }, [0]],
    [{ alternative: "B", cycle: "first_boot" }, [0, 1, { committed: "true" }]],
    [{ alternative: "B", cycle: "failsafe_check" }, [0, 2, { next_boot: "A", version: "v1" }]],
  ];
  for (const [state, expected] of cases) {
    const [stable, action] = bootSeries(state, "v1");
    assert.equal(stable?.name, "hostos_boot_stable");
    assert.deepEqual([stable.value, ...(action ? [action.value, action.labels] : [])], expected);
    if (action) assert.equal(action.name, "hostos_boot_action");
  }
});
