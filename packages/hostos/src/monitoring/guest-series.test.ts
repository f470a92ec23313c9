import assert from "node:assert/strict";
import { test } from "node:test";
import { renderMetrics } from "@icos/system";
import { guestSeries } from "./guest-series.ts";

void test("the states of guests have upstream's numbers", () => {
  const page = renderMetrics(
    guestSeries([
      { vm: "guestos", state: "running" },
      { vm: "guestos1", state: "absent" },
      { vm: "guestos2", state: "stopped" },
    ]),
  );
  assert.deepEqual(page.split("\n").slice(2, -1), [
    'hostos_guestos_state{vm="guestos"} 0',
    'hostos_guestos_state{vm="guestos1"} 1',
    'hostos_guestos_state{vm="guestos2"} 2',
  ]);
});
