import assert from "node:assert/strict";
import { test } from "node:test";
import { create, type DescField, type DescMessage, fromBinary, ScalarType } from "@bufbuild/protobuf";
import { reflect, type ReflectMessage } from "@bufbuild/protobuf/reflect";
import * as fc from "fast-check";
import protobuf from "protobufjs";
import { decodeRecord, encodeRecord, RECORD_SCHEMAS } from "./index.ts";
import { fieldsOf, MESSAGE_FIELDS } from "../test/message-fields.ts";
import { TRANSPORT_SCHEMAS } from "../test/transport-fields.ts";

/** The messages of the table in another library, which knows nothing of the `.proto` files. */
const OTHER = otherTypes();

for (const schema of new Set([...RECORD_SCHEMAS.values(), ...TRANSPORT_SCHEMAS])) {
  void test(`${schema.typeName}: another protobuf library reads what is written, and writes what is read`, () => {
    const other = OTHER.lookupType(flat(schema.typeName));
    fc.assert(
      fc.property(messageOf(schema), (init) => {
        const bytes = encodeRecord(schema, create(schema, init));
        const expected = plain(reflect(schema, fromBinary(schema, bytes)));
        const read = other.toObject(other.decode(bytes), { longs: String, bytes: String });
        assert.deepEqual(read, expected);
        const written = other.encode(other.fromObject(read)).finish();
        assert.deepEqual(encodeRecord(schema, decodeRecord(schema, written, "record")), bytes);
      }),
      { numRuns: 60, seed: 1 },
    );
  });
}

function otherTypes(): protobuf.Root {
  const root = new protobuf.Root();
  for (const message of Object.keys(MESSAGE_FIELDS)) {
    const type = new protobuf.Type(flat(message));
    for (const { name, number, type: kind, repeated, map } of fieldsOf(message)) {
      const known = kind === "enum" ? "int32" : flat(kind);
      type.add(
        map
          ? new protobuf.MapField(name, number, "string", known)
          : new protobuf.Field(name, number, known, repeated ? "repeated" : "optional"),
      );
    }
    root.add(type);
  }
  return root;
}

function flat(name: string): string {
  return name.includes(".") ? name.replaceAll(".", "_") : name;
}

/** Messages inside of each other: more than any record has, where a tree ends. */
const DEEPEST = 11;

/** Random content of a message: each field absent now and then, of a oneof at most one. */
function messageOf(schema: DescMessage, depth = 0): fc.Arbitrary<Record<string, unknown>> {
  const possible = depth < DEEPEST ? schema.fields : schema.fields.filter(({ message }) => !message);
  const single = possible.filter((field) => field.oneof === undefined);
  const fields = Object.fromEntries(single.map((field) => [field.localName, fieldOf(field, depth)]));
  const oneofs = schema.oneofs.map((oneof) => [
    oneof.localName,
    fc.oneof(
      fc.constant({ case: undefined }),
      ...possible
        .filter((field) => field.oneof === oneof)
        .map((field) => fieldOf(field, depth).map((value) => ({ case: field.localName, value }))),
    ),
  ]);
  return fc.record(
    { ...fields, ...Object.fromEntries(oneofs) },
    { requiredKeys: schema.oneofs.map(({ localName }) => localName) },
  );
}

function fieldOf(field: DescField, depth: number): fc.Arbitrary<unknown> {
  if (field.fieldKind === "list") return fc.array(valueOf(field.listKind, field, depth), { maxLength: 2 });
  if (field.fieldKind !== "map") return valueOf(field.fieldKind, field, depth);
  const keys = fc.string({ unit: fc.constantFrom("a", "b", "ü"), maxLength: 2 });
  return fc.dictionary(keys, valueOf(field.mapKind, field, depth), { maxKeys: 2 });
}

function valueOf(kind: "scalar" | "enum" | "message", field: DescField, depth: number): fc.Arbitrary<unknown> {
  if (kind === "enum") return fc.constantFrom(...(field.enum?.values ?? []).map(({ number }) => number));
  if (kind === "scalar") return scalarOf(field.scalar);
  const { message } = field;
  if (!message) throw new Error(`${field.name} has no type.`);
  // Wrapped values stand for themselves.
  const wrapped = message.typeName.startsWith("google.protobuf.") ? message.fields[0]?.scalar : undefined;
  return wrapped === undefined ? messageOf(message, depth + 1) : scalarOf(wrapped);
}

const SCALARS: ReadonlyMap<ScalarType, fc.Arbitrary<unknown>> = new Map<ScalarType, fc.Arbitrary<unknown>>([
  [ScalarType.BYTES, fc.uint8Array({ maxLength: 40 })],
  [ScalarType.STRING, fc.string({ unit: "grapheme", maxLength: 6 })],
  [ScalarType.BOOL, fc.boolean()],
  [ScalarType.UINT32, fc.nat(0xffff_ffff)],
  [ScalarType.INT32, fc.integer()],
  [ScalarType.UINT64, fc.bigInt({ min: 0n, max: (1n << 64n) - 1n })],
  [ScalarType.FLOAT, fc.float({ noNaN: true, noDefaultInfinity: true, min: 0 })],
  [ScalarType.DOUBLE, fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 })],
]);

function scalarOf(type: ScalarType | undefined): fc.Arbitrary<unknown> {
  const scalar = type === undefined ? undefined : SCALARS.get(type);
  if (!scalar) throw new Error(`No record has a scalar of type ${type ?? "unknown"}.`);
  return scalar;
}

/** The fields that are set, by their names in the `.proto` file, as the other library shows them. */
function plain(message: ReflectMessage): Record<string, unknown> {
  const set = message.fields.filter((field) => message.isSet(field));
  return Object.fromEntries(
    set.map((field) => {
      const value = message.get(field);
      if (field.fieldKind === "list") return [field.name, Array.from(message.get(field), show)];
      if (field.fieldKind === "map") {
        return [
          field.name,
          Object.fromEntries(Array.from(message.get(field), ([key, item]) => [String(key), show(item)])),
        ];
      }
      return [field.name, show(value)];
    }),
  );
}

function show(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (typeof value === "bigint") return value.toString();
  return isReflected(value) ? plain(value) : value;
}

function isReflected(value: unknown): value is ReflectMessage {
  return typeof value === "object" && value !== null && "fields" in value;
}
