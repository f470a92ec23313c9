import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { cleanLine, cleanText } from "./clean-text.ts";

const piece = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("\u001b[31m", "\u001b]0;title\u0007", "\u001bP", "\u001b", "\u009b2J", "\r\n", "\u202e", "\u001b(B"),
);

void test("no text reaches the terminal with a control character in it but line feed and tab", () => {
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const text = cleanText(pieces.join(""));
      // eslint-disable-next-line no-control-regex
      assert.doesNotMatch(text, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
      assert.equal(cleanText(text), text);
    }),
  );
});

void test("a cleaned line is one line of at most the length asked for", () => {
  fc.assert(
    fc.property(fc.array(piece), fc.integer({ min: 3, max: 100 }), (pieces, length) => {
      const line = cleanLine(pieces.join(""), length);
      assert.doesNotMatch(line, /[\n\t]/);
      assert.ok(line.length <= length);
    }),
  );
});
