import assert from "node:assert/strict";
import { test } from "node:test";
import { KeyDecoder } from "./keys.ts";

/** Characters as they are, other keys in angle brackets. */
function shown(text: string | Uint8Array): string {
  const keys = new KeyDecoder().push(typeof text === "string" ? Buffer.from(text) : text);
  return keys.map((key) => (key.kind === "character" ? key.character : `<${key.kind}>`)).join("");
}

void test("bytes of a terminal become keys, and what is no key vanishes", () => {
  const cases: [string | Uint8Array, string][] = [
    ["status\r", "status<enter>"],
    ["a\r\nb\n", "a<enter>b<enter>"],
    ["\u001b[A\u001bOB\u001b[C\u001b[D\u001b[H\u001b[F\u001b[3~", "<up><down><right><left><home><end><delete>"],
    [
      "\u0003\u0004\u0015\u0017\u000b\u000c\u007f\u0008\t",
      "<interrupt><end-of-input><kill-line><kill-word><kill-to-end><redraw><backspace><backspace><tab>",
    ],
    ["a\u001a\u001c\u0011\u0013\u0000b", "ab"],
    ["\u001b[200~pasted\u001b[201~", "pasted"],
    ["\u001b]0;title\u0007a\u001bPq\u001b\\b\u001b(0c", "abc"],
    ["\u001b[999999999999999999999999999999mx", "x"],
    ["\u001b[[Ax", "x"],
    [Uint8Array.of(0x61, 0xff, 0xc3, 0x28, 0x9b, 0x41), "a(A"],
    ["ü€", ""],
    ["\u001b\u001b[A", "<up>"],
  ];
  for (const [bytes, expected] of cases) assert.equal(shown(bytes), expected, JSON.stringify(String(bytes)));
});

void test("ESC alone is a key when nothing follows", () => {
  const decoder = new KeyDecoder();
  assert.deepEqual(decoder.push(Buffer.from("\u001b")), []);
  assert.deepEqual(decoder.idle(), [{ kind: "escape" }]);
  decoder.push(Buffer.from("\u001b]never ended"));
  assert.deepEqual(decoder.idle(), []);
});
