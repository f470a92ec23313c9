import assert from "node:assert/strict";
import { test } from "node:test";
import { IcosError } from "@icos/system";
import * as fc from "fast-check";
import { integer, objectIdentifier, sequence } from "../../../system/src/der.ts";
import { partsOf, readDer, readObjectIdentifier, readSmallInteger } from "./der-reader.ts";
import { readVcekIdentity } from "./vcek-extensions.ts";

const settings = { seed: 1, numRuns: 500 };

void test("what is written is read: numbers, identifiers, and where each begins", () => {
  const number = fc.nat({ max: 0x7fff_ffff });
  const identifier = fc
    .tuple(fc.nat({ max: 1 }), fc.nat({ max: 39 }), fc.array(number, { minLength: 1, maxLength: 10 }))
    .map(([first, second, rest]) => [first, second, ...rest].join("."));
  const property = fc.property(fc.array(fc.tuple(number, identifier), { maxLength: 40 }), (pairs) => {
    const bytes = Buffer.alloc(4);
    const parts = pairs.flatMap(([value, name]) => {
      bytes.writeUInt32BE(value);
      return [integer(bytes), objectIdentifier(name)];
    });
    const whole = sequence(...parts);
    const [outer, more] = readDer(whole);
    assert.ok(outer && !more);
    const read = partsOf(outer);
    const expected = pairs.flatMap(([value, name]) => [value, name]);
    assert.deepEqual(
      read.map((part, index) => (index % 2 === 0 ? readSmallInteger(part) : readObjectIdentifier(part))),
      expected,
    );
  });
  fc.assert(property, settings);
});

void test("any bytes are read or refused in words, cut off anywhere too", () => {
  const refusedOrRead = (bytes: Buffer): void => {
    try {
      readVcekIdentity(bytes);
    } catch (error) {
      assert.ok(error instanceof IcosError);
    }
  };
  const any = fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes));
  fc.assert(fc.property(any, refusedOrRead), settings);
  const nested = fc.letrec<{ value: Buffer }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      any,
      fc.array(tie("value"), { maxLength: 4 }).map((parts) => sequence(...parts)),
    ),
  })).value;
  const cut = fc.property(nested, fc.nat(), (bytes, at) => refusedOrRead(bytes.subarray(0, at % (bytes.length + 1))));
  fc.assert(cut, settings);
});
