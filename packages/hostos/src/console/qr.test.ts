import assert from "node:assert/strict";
import { test } from "node:test";
import { encode } from "uqr";
import { qrLines } from "./qr.ts";

void test("the half blocks hold every module of the code, with light ones around", () => {
  const text = "4vnki-cqaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aae";
  const lines = qrLines(text);
  const modules = lines.flatMap((line) => [
    Array.from(line, (c) => c).map((character) => character === " " || character === "▄"),
    Array.from(line, (c) => c).map((character) => character === " " || character === "▀"),
  ]);
  const { data, size } = encode(text, { ecc: "L", border: 2 });
  assert.equal(size, 37);
  assert.deepEqual(modules.slice(0, size), data);
  assert.equal(lines[0], "█".repeat(37));
});
