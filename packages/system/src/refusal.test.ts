import { test } from "node:test";
import assert from "node:assert/strict";
import { IcosError } from "./errors.ts";
import { refusalLines } from "./refusal.ts";

void test("a refusal says what failed, where and what to do", () => {
  const error = new IcosError("x", "It is not valid.", {
    next: "Do this.",
    place: { file: "a.json", line: 3, key: "b" },
  });
  assert.deepEqual(refusalLines("node", "store", error), [
    "This node does not start. Failed: store.",
    "It is not valid.",
    "File: a.json, line 3",
    "Field: b",
    "What to do: Do this.",
  ]);
});

void test("an error that was not foreseen is shown too", () => {
  assert.deepEqual(refusalLines("node", "store", new Error("EIO")), [
    "This node does not start. Failed: store.",
    "EIO",
  ]);
});
