import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { formatLine, type ExpositionLine } from "./exposition-line.ts";
import { EXPOSITION_LIMITS, ExpositionParser } from "./exposition-parser.ts";

const name = fc.stringMatching(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,20}$/);
const labelName = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,20}$/);
const labels = fc
  .uniqueArray(fc.tuple(labelName, fc.string({ unit: "grapheme" })), {
    selector: ([key]) => key,
    maxLength: 5,
  })
  .map((pairs) => new Map(pairs));
const value = fc.oneof(
  fc
    .double({ noDefaultInfinity: true, noNaN: true })
    .map((number) => ({ value: number + 0, text: String(number + 0) })),
  fc.constantFrom(
    { value: Number.NaN, text: "NaN" },
    { value: Number.POSITIVE_INFINITY, text: "+Inf" },
    { value: Number.NEGATIVE_INFINITY, text: "-Inf" },
  ),
);
const timestamp = fc.option(fc.maxSafeInteger().map(String), { nil: undefined });
const sample: fc.Arbitrary<ExpositionLine> = fc
  .record({ name, labels, value, timestamp })
  .map(({ value, ...rest }) => ({ kind: "sample", ...rest, ...value }));
const type = fc.constantFrom("counter", "gauge", "histogram", "summary", "untyped");
const header: fc.Arbitrary<ExpositionLine> = fc.oneof(
  fc.tuple(name, type).map(([name, text]) => ({ kind: "type" as const, name, text })),
  fc
    .tuple(name, fc.stringMatching(/^([!-~]([ -~]{0,30}[!-~])?)?$/))
    .map(([name, text]) => ({ kind: "help" as const, name, text })),
);

void test("what is written is read again, in whatever pieces it arrives", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(sample, header)),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      (lines, sizes) => {
        const page = Buffer.from(lines.map(formatLine).join(""));
        const read: ExpositionLine[] = [];
        const parser = new ExpositionParser(EXPOSITION_LIMITS, (line) => read.push(line));
        for (let at = 0, piece = 0; at < page.length; piece += 1) {
          const size = sizes[piece % sizes.length] ?? 1;
          parser.write(page.subarray(at, at + size));
          at += size;
        }
        parser.end();
        assert.deepEqual(read, lines);
      },
    ),
  );
});
