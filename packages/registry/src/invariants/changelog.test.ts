import assert from "node:assert/strict";
import { test } from "node:test";
import { changelogProblems } from "./changelog.ts";

const entry = (version: number, ...keys: readonly string[]) => ({
  version,
  time: 0n,
  changes: keys.map((key) => ({ key, value: new Uint8Array() })),
});

void test("versions count from 1 without a gap, each changes each of its keys once, in order", () => {
  assert.deepEqual([...changelogProblems([entry(1, "a", "b"), entry(2, "a")])], []);
  assert.deepEqual([...changelogProblems([])], []);
  for (const [versions, problem] of [
    [[entry(2, "a")], /Version 1 is missing/],
    [[entry(1, "a"), entry(3, "a")], /Version 2 is missing/],
    [[entry(1)], /Version 1 changes nothing/],
    [[entry(1, "b", "a")], /changes a twice or out of order/],
    [[entry(1, "a", "a")], /changes a twice or out of order/],
  ] as const) {
    assert.match([...changelogProblems(versions)].join(), problem);
  }
});
