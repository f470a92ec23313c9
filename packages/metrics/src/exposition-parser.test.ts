import assert from "node:assert/strict";
import { test } from "node:test";
import type { ExpositionLine } from "./exposition-line.ts";
import { EXPOSITION_LIMITS, ExpositionParser, type ExpositionLimits } from "./exposition-parser.ts";

function parse(chunks: readonly Uint8Array[], limits: Partial<ExpositionLimits> = {}): ExpositionLine[] {
  const lines: ExpositionLine[] = [];
  const parser = new ExpositionParser({ ...EXPOSITION_LIMITS, ...limits }, (line) => lines.push(line));
  for (const chunk of chunks) parser.write(chunk);
  parser.end();
  return lines;
}

const bytes = (text: string): Buffer => Buffer.from(text);

void test("a page is the same however its bytes arrive, and a piece may be overwritten once it was taken", () => {
  const page = bytes('# HELP é A\n# TYPE a gauge\na{x="ü→"} 1\n\nb 2');
  const whole = parse([page]);
  assert.deepEqual(
    whole.map(({ kind, name }) => `${kind} ${name}`),
    ["type a", "sample a", "sample b"],
  );
  const lines: ExpositionLine[] = [];
  const parser = new ExpositionParser(EXPOSITION_LIMITS, (line) => lines.push(line));
  const piece = new Uint8Array(1);
  for (const byte of page) {
    piece[0] = byte;
    parser.write(piece);
  }
  parser.end();
  assert.deepEqual(lines, whole);
});

void test("a line is handed on before the page has ended", () => {
  const names: string[] = [];
  const parser = new ExpositionParser(EXPOSITION_LIMITS, ({ name }) => names.push(name));
  parser.write(bytes("a 1\nb"));
  assert.deepEqual(names, ["a"]);
  parser.write(bytes(" 2\n"));
  assert.deepEqual(names, ["a", "b"]);
});

void test("each limit is kept", () => {
  const refused = { code: "exposition-too-large" };
  assert.equal(parse([bytes("a 1\nb 2\n")], { bytes: 8, lineBytes: 3, samples: 2 }).length, 2);
  assert.throws(() => parse([bytes("a 1\n"), bytes("b 2\n")], { bytes: 7 }), refused);
  assert.throws(() => parse([bytes("a 1\nb 2\n")], { samples: 1 }), refused);
  assert.throws(() => parse([bytes("a 1\nbb 2")], { lineBytes: 3 }), refused);
  assert.throws(() => parse([bytes("aaa"), bytes("a")], { lineBytes: 3 }), refused);
});

void test("a wrong line is named by its number", () => {
  assert.throws(() => parse([bytes("a 1\n\n# x\nb\n")]), {
    code: "exposition-invalid",
    place: { line: 4 },
  });
  assert.throws(() => parse([bytes("a 1\n"), Uint8Array.of(0x61, 0xff, 0x0a)]), {
    message: "Line 2 of the metrics cannot be read: it is not UTF-8.",
  });
});
