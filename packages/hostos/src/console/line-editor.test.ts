import assert from "node:assert/strict";
import { test } from "node:test";
import { KeyDecoder } from "./keys.ts";
import { COMMAND_RULES, editLine, EMPTY_LINE, visiblePart, type Line, type LineRules } from "./line-editor.ts";

function typed(keys: string, rules: LineRules = COMMAND_RULES): Line {
  let line = EMPTY_LINE;
  for (const key of new KeyDecoder().push(Buffer.from(keys))) {
    const edit = editLine(line, key, rules);
    if (edit.kind === "edited") ({ line } = edit);
  }
  return line;
}

const LEFT = "\u001b[D";

void test("a line is edited as everywhere", () => {
  const cases: [string, string, number][] = [
    ["statsu\u007f\u007fus", "status", 6],
    [`ac${LEFT}b`, "abc", 2],
    [`abc\u0001\u001b[3~`, "bc", 0],
    ["one two \u0017", "one ", 4],
    [`one two${LEFT}\u0015`, "o", 0],
    [`one two${LEFT}${LEFT}\u000b`, "one t", 5],
    ["\u007f\u007f", "", 0],
    [`a${LEFT}${LEFT}${LEFT}b`, "ba", 1],
    ["a\u0004", "a", 1],
  ];
  for (const [keys, text, cursor] of cases) assert.deepEqual(typed(keys), { text, cursor }, JSON.stringify(keys));
});

void test("a line takes no more than its rules allow, however much is pasted", () => {
  assert.equal(typed("x".repeat(100_000)).text.length, 256);
  const hex: LineRules = { longest: 4, accept: (character) => /[0-9a-f]/i.exec(character)?.[0]?.toLowerCase() };
  assert.equal(typed("xA z9fF00", hex).text, "a9ff");
});

void test("keys that are not for the line are told", () => {
  const kinds = ["\r", "\u0003", "\u0004", "\t", "\u001b[A", "\u000c"].map((keys) => {
    const [key] = new KeyDecoder().push(Buffer.from(keys));
    return key && editLine(EMPTY_LINE, key, COMMAND_RULES).kind;
  });
  assert.deepEqual(kinds, ["submitted", "cancelled", "ended", "complete", "history", "redraw"]);
});

void test("of a long line the part around the cursor is shown", () => {
  const text = "0123456789";
  assert.deepEqual(visiblePart({ text, cursor: 10 }, 5), { text: "6789", cursor: 4 });
  assert.deepEqual(visiblePart({ text, cursor: 2 }, 5), { text: "01234", cursor: 2 });
  assert.deepEqual(visiblePart({ text: "abc", cursor: 3 }, 80), { text: "abc", cursor: 3 });
});
