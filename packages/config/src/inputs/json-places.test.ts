import { test } from "node:test";
import assert from "node:assert/strict";
import { jsonPlaces } from "./json-places.ts";

void test("every value has its line, whatever is in strings", () => {
  const { lines } = jsonPlaces('{\n"a": ["x{,\\"", \n2, {"b":\nnull}],\n"c": {}, "": 1}');
  assert.deepEqual(Object.fromEntries(lines), { "": 1, a: 2, "a.0": 2, "a.1": 3, "a.2": 3, "a.2.b": 4, c: 5 });
});

void test("names that an object has twice are found, and the later value's line counts", () => {
  const { lines, duplicates } = jsonPlaces('{"a": 1,\n"b": {"a": 1,\n"a": 2},\n"\\u0061": 3}');
  assert.deepEqual(duplicates, [
    { key: "b.a", line: 3 },
    { key: "a", line: 4 },
  ]);
  assert.equal(lines.get("b.a"), 3);
});

void test("depth costs nothing", () => {
  const deep = 30_000;
  assert.ok(jsonPlaces("[".repeat(deep) + "]".repeat(deep)).lines.size < 20);
});
