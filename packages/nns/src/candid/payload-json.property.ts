import assert from "node:assert/strict";
import { test } from "node:test";
import { IDL } from "@icp-sdk/core/candid";
import * as fc from "fast-check";
import { Principal } from "@icos/certification";
import type { Codec } from "./codec.ts";
import { encodeArgument } from "./message.ts";
import { METHOD_CODECS } from "./methods.ts";
import { candidToJson, payloadFromJson } from "./payload-json.ts";
import type { PrimitiveName, Shape } from "./shape.ts";

const PRIMITIVES: Readonly<Record<PrimitiveName, fc.Arbitrary<unknown>>> = {
  text: fc.string(),
  bool: fc.boolean(),
  nat32: fc.nat(2 ** 32 - 1),
  nat64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  int32: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  // JSON has no negative zero.
  float32: fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  float64: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  principal: fc.uint8Array({ maxLength: 29 }).map((bytes) => Principal.fromUint8Array(bytes)),
  blob: fc.uint8Array({ maxLength: 40 }),
  reserved: fc.constant(null),
};

/** Values as the candid library has them. */
function valueOf(shape: Shape): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case "primitive":
      return PRIMITIVES[shape.name];
    case "opt":
      return fc.array(valueOf(shape.inner), { maxLength: 1 });
    case "vec":
      return fc.array(valueOf(shape.element), { maxLength: 3 });
    case "pair":
      return fc.tuple(valueOf(shape.first), valueOf(shape.second));
    case "record":
      return fc.record(Object.fromEntries(shape.fields.map(({ name, shape: field }) => [name, valueOf(field)])), {
        noNullPrototype: true,
      });
    case "choice":
      return fc.constantFrom(...shape.alternatives).map((name) => ({ [name]: null }));
    case "variant":
      break;
  }
  return fc.oneof(
    ...shape.alternatives.map(({ name, shape: value }) =>
      (value ? valueOf(value) : fc.constant(null)).map((inner) => ({ [name]: inner })),
    ),
  );
}

function comesBack<T>(codec: Codec<T>, value: unknown): void {
  const json: unknown = JSON.parse(JSON.stringify(candidToJson(codec.shape, value)));
  const result = payloadFromJson(codec, json);
  assert.ok(result.kind === "payload", "problems" in result ? JSON.stringify(result.problems) : "");
  assert.deepEqual(encodeArgument(codec, result.payload), new Uint8Array(IDL.encode([codec.idl], [value])));
}

/** Shapes with a value of any type in them lose it: JSON has no form for what is not looked at. */
const hasReserved = (shape: Shape): boolean => JSON.stringify(shape).includes('"reserved"');

for (const [method, { payload }] of Object.entries(METHOD_CODECS)) {
  if (hasReserved(payload.shape)) continue;
  void test(`every payload of ${method} comes back from JSON as it was`, () => {
    const codec: Pick<Codec<unknown>, "idl" | "shape"> = payload;
    fc.assert(
      fc.property(valueOf(codec.shape), (value) => comesBack(asIs(codec), value)),
      { seed: 1, numRuns: 30 },
    );
  });
}

void test("whatever JSON there is in place of a payload, it is read or its problems are named", () => {
  const codecs = Object.values(METHOD_CODECS).map(({ payload }) => asIs(payload));
  fc.assert(
    fc.property(fc.constantFrom(...codecs), fc.jsonValue(), (codec, json) => {
      const result = payloadFromJson(codec, json);
      assert.ok(result.kind === "payload" || result.problems.length > 0);
    }),
    { seed: 1, numRuns: 300 },
  );
});

/** The type without what TypeScript makes of its values. */
function asIs({ idl, shape }: Pick<Codec<unknown>, "idl" | "shape">): Codec<unknown> {
  return { idl, shape, read: (value) => value, write: (value) => value };
}
