import { test } from "node:test";
import assert from "node:assert/strict";
import type { NodeState } from "../control/status-schema.ts";
import { createFailureWatch } from "./failure-watch.ts";

const problem = { code: "qemu", message: "No disk.", next: null };
const at = (state: NodeState) => [{ name: "a", state, problem: state === "failed" ? problem : null }];

void test("a node that keeps failing is noticed, however it looks between the attempts", () => {
  const watch = createFailureWatch();
  const states: NodeState[] = ["failed", "off", "booting", "failed", "off", "failed", "booting"];
  let noticed: unknown;
  for (let second = 0; second <= 40 && !noticed; second++) {
    noticed = watch.update(at(states[second % states.length] ?? "off"), second * 1_000);
    assert.ok(!noticed || second > 30, `noticed after ${second} s`);
  }
  assert.deepEqual(noticed, { ...problem, message: "Node a does not start: No disk." });
});

void test("a node that failed once and then boots is left alone", () => {
  const watch = createFailureWatch();
  assert.equal(watch.update(at("failed"), 0), undefined);
  for (let second = 2; second < 120; second++) assert.equal(watch.update(at("booting"), second * 1_000), undefined);
  watch.update(at("failed"), 200_000);
  assert.equal(watch.update(at("registering"), 201_000), undefined);
  assert.equal(watch.update(at("off"), 300_000), undefined);
});
