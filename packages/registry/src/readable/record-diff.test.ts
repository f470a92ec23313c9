import assert from "node:assert/strict";
import { test } from "node:test";
import { diffRecords } from "./record-diff.ts";

void test("a diff names the fields that differ, inside of messages and lists too", () => {
  const before = { version: "v1", members: ["a", "b", "b"], http: { ip: "::1", port: 1 }, gone: 1, same: [1, 2] };
  const after = { version: "v2", members: ["b", "c"], http: { ip: "::1", port: 2 }, more: null, same: [1, 2] };
  assert.deepEqual(diffRecords(before, after), [
    { field: "version", before: "v1", after: "v2" },
    { field: "members[]", before: "a", after: null },
    { field: "members[]", before: "b", after: null },
    { field: "members[]", before: null, after: "c" },
    { field: "http.port", before: 1, after: 2 },
    { field: "gone", before: 1, after: null },
  ]);
});

void test("a new record shows what is in it, and a removed one what was", () => {
  const record = { id: "zh2", gps: { latitude: 1 }, urls: ["x"], none: null, empty: [] };
  const fields = (side: "before" | "after") =>
    [
      ["id", "zh2"],
      ["gps.latitude", 1],
      ["urls[]", "x"],
    ].map(([field, value]) => ({ field, before: null, after: null, [side]: value }));
  assert.deepEqual(diffRecords(undefined, record), fields("after"));
  assert.deepEqual(diffRecords(record, undefined), fields("before"));
  assert.deepEqual(diffRecords(record, record), []);
});

void test("another order alone is one change", () => {
  assert.deepEqual(diffRecords({ list: [1, 2] }, { list: [2, 1] }), [{ field: "list", before: [1, 2], after: [2, 1] }]);
});
