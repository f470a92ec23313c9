import { test } from "node:test";
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { jsonErrorLine } from "./json-error-line.ts";

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** Texts that are nearly JSON: some with a stretch cut out or put in. */
const nearlyJson = fc
  .tuple(
    fc.json(),
    fc.nat(),
    fc.nat({ max: 3 }),
    fc.constantFrom("", ",", "}", "]", '"', ":", "{", "0", "\n", "tru", "-"),
  )
  .map(
    ([text, at, cut, put]) => text.slice(0, at % (text.length + 1)) + put + text.slice((at % (text.length + 1)) + cut),
  );

void test("an error is found exactly in the texts that JSON.parse refuses", () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), nearlyJson, fc.string()), (text) => {
      assert.equal(jsonErrorLine(text) === undefined, isJson(text));
    }),
    { seed: 1, numRuns: 2_000 },
  );
});
