import assert from "node:assert/strict";
import { test } from "node:test";
import { cleanLine, cleanText } from "./clean-text.ts";

void test("escape sequences vanish and other control characters become question marks", () => {
  const cases: [string, string][] = [
    ["plain\n\ttext", "plain\n\ttext"],
    ["\u001b[2J\u001b[1;31mred\u001b[0m", "red"],
    ["\u001b]52;c;Y2F0\u0007after", "after"],
    ["\u001b]0;never ended", ""],
    ["\u001bP1$r\u001b\\after", "after"],
    ["\u009b2Jcsi of one byte", "?2Jcsi of one byte"],
    ["a\rb\u0008c\u0000d", "a?b?c?d"],
    ["dos\r\nline", "dos\nline"],
    ["\u202egnp.exe", "?gnp.exe"],
    ["lone \ud800 surrogate", "lone ? surrogate"],
    ["Zürich 東京", "Zürich 東京"],
  ];
  for (const [text, expected] of cases) assert.equal(cleanText(text), expected);
});

void test("a line is cut where it would be too long", () => {
  assert.equal(cleanLine("one\ntwo  three", 40), "one two three");
  assert.equal(cleanLine("0123456789abcdef", 10), "0123456...");
});
