import { test } from "node:test";
import assert from "node:assert/strict";
import { parseMountPoints } from "./mounts.ts";

void test("mount points are read from mountinfo, with their escapes", () => {
  const text =
    "22 1 253:0 / / ro,relatime - erofs /dev/mapper/vroot ro\n35 22 0:27 / /mnt/a\\040b rw - tmpfs tmpfs rw\n";
  assert.deepEqual(parseMountPoints(text), new Set(["/", "/mnt/a b", ""]));
});
