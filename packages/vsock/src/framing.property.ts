import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { JsonEnd, type JsonScan } from "./json-end.ts";
import { MessageCollector } from "./message-collector.ts";

const settings = { seed: 1, numRuns: 1000 };
const whiteSpace = fc.string({ unit: fc.constantFrom(" ", "\t", "\r", "\n"), maxLength: 3 });

/** A JSON text of a value that has an end of its own, with white space in all places. */
const container = fc
  .tuple(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(undefined, 1, "\t"), fc.boolean())
  .map(([value, indent, object]) => JSON.stringify(object ? { value } : [value], undefined, indent));
const text = fc.oneof(
  container,
  fc.string({ unit: "binary" }).map((value) => JSON.stringify(value)),
);

/** Feeds the bytes in pieces that end at `cuts`. */
function scanInPieces(bytes: Uint8Array, cuts: readonly number[]): JsonScan {
  const scanner = new JsonEnd();
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1))), bytes.length].sort((a, b) => a - b);
  let from = 0;
  let scan: JsonScan = { kind: "incomplete" };
  for (const end of ends) {
    scan = scanner.scan(bytes.subarray(from, end));
    from = end;
  }
  return scan;
}

void test("The end of a JSON value is found wherever the pieces are cut, whatever follows.", () => {
  const property = fc.property(
    whiteSpace,
    text,
    fc.string({ unit: "binary", maxLength: 5 }),
    fc.array(fc.nat(), { maxLength: 8 }),
    (before, value, after, cuts) => {
      const end = Buffer.byteLength(before + value);
      assert.deepEqual(scanInPieces(Buffer.from(before + value + after), cuts), { kind: "complete", end });
    },
  );
  fc.assert(property, settings);
});

void test("No part of a JSON value is taken for the whole, at any cut.", () => {
  const property = fc.property(text, (value) => {
    const bytes = Buffer.from(value);
    for (let cut = 0; cut < bytes.length; cut += 1) {
      const scanner = new JsonEnd();
      assert.deepEqual(scanner.scan(bytes.subarray(0, cut)), { kind: "incomplete" });
      assert.deepEqual(scanner.scan(bytes.subarray(cut)), { kind: "complete", end: bytes.length });
    }
  });
  fc.assert(property, { ...settings, numRuns: 200 });
});

void test("What is found in pieces is what is found in one, for bytes of any kind.", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc
      .string({
        unit: fc.constantFrom("{", "}", "[", "]", '"', ",", ":", "\\", " ", "1", "t", "\u00fc"),
        maxLength: 60,
      })
      .map((value) => Buffer.from(value)),
  );
  const property = fc.property(bytes, fc.array(fc.nat(), { maxLength: 8 }), (value, cuts) => {
    assert.deepEqual(scanInPieces(value, cuts), scanInPieces(value, []));
  });
  fc.assert(property, settings);
});

void test("A message is the same in whatever pieces it comes, also when it is none.", () => {
  const collect = (bytes: Uint8Array, size: number): Buffer => {
    const collector = new MessageCollector();
    for (let from = 0; from < bytes.length; from += size) {
      const message = collector.add(bytes.subarray(from, from + size));
      if (message !== undefined) return message;
    }
    return collector.all();
  };
  const unit = fc.constantFrom("{", "}", "[", '"', "\\", " ", "1", "t", "G", "\u00fc");
  const property = fc.property(fc.string({ unit, maxLength: 40 }), fc.integer({ min: 1, max: 5 }), (value, size) => {
    const bytes = Buffer.from(value);
    assert.deepEqual(collect(bytes, size), collect(bytes, Infinity));
  });
  fc.assert(property, settings);
});

void test("A collected message is the bytes up to the value's end.", () => {
  const property = fc.property(text, fc.integer({ min: 1, max: 9 }), (value, size) => {
    const bytes = Buffer.from(value);
    const collector = new MessageCollector();
    let message: Buffer | undefined;
    for (let from = 0; message === undefined && from < bytes.length; from += size) {
      message = collector.add(bytes.subarray(from, from + size));
    }
    assert.equal(message?.toString(), value);
  });
  fc.assert(property, settings);
});
