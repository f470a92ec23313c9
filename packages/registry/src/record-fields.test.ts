import assert from "node:assert/strict";
import { test } from "node:test";
import type { DescEnum, DescMessage } from "@bufbuild/protobuf";
import { RECORD_SCHEMAS } from "./index.ts";
import { fieldsOf, MESSAGE_FIELDS } from "../test/message-fields.ts";
import { ENUM_VALUES, RESERVED_NUMBERS } from "../test/record-enums.ts";
import { TRANSPORT_SCHEMAS } from "../test/transport-fields.ts";

/** Every message and enum in a record or in what carries records. */
function everyType(): { messages: Map<string, DescMessage>; enums: Map<string, DescEnum> } {
  const messages = new Map<string, DescMessage>();
  const enums = new Map<string, DescEnum>();
  const visit = (schema: DescMessage): void => {
    if (messages.has(schema.typeName)) return;
    messages.set(schema.typeName, schema);
    for (const field of schema.fields) {
      if (field.enum) enums.set(field.enum.typeName, field.enum);
      if (field.message) visit(field.message);
    }
  };
  for (const schema of [...RECORD_SCHEMAS.values(), ...TRANSPORT_SCHEMAS]) visit(schema);
  return { messages, enums };
}

void test("every message that a record or a call has is in the table, with its fields and numbers", () => {
  const { messages } = everyType();
  assert.deepEqual([...messages.keys()].sort(), Object.keys(MESSAGE_FIELDS).sort());
  for (const schema of messages.values()) {
    const table = fieldsOf(schema.typeName).map(({ name, number }) => `${name}=${number}`);
    assert.deepEqual(schema.fields.map(({ name, number }) => `${name}=${number}`).sort(), table.sort());
  }
});

void test("every enum has upstream's values", () => {
  const found = [...everyType().enums.values()].map(({ typeName, sharedPrefix, values }) => {
    const shared = sharedPrefix?.toUpperCase() ?? "";
    return [typeName, values.map(({ name, number }) => `${name.slice(shared.length)}=${number}`).join(" ")];
  });
  assert.deepEqual(Object.fromEntries(found), ENUM_VALUES);
});

void test("numbers that upstream has given up cannot come back", () => {
  const { messages, enums } = everyType();
  for (const [name, table] of Object.entries(RESERVED_NUMBERS)) {
    // The end of a range is not part of it in messages, but is in enums.
    const inMessage = messages.get(name)?.proto.reservedRange.map(({ start, end }) => ({ start, last: end - 1 }));
    const inEnum = enums.get(name)?.proto.reservedRange.map(({ start, end }) => ({ start, last: end }));
    const given = new Set((inMessage ?? inEnum ?? []).flatMap(({ start, last }) => numbers(start, last)));
    const expected = table.split(" ").flatMap((range) => {
      const [start = 0, last = 0] = range.split("-").map(Number);
      return numbers(start, last);
    });
    assert.deepEqual(
      [...given].sort((a, b) => a - b),
      expected,
      name,
    );
  }
});

function numbers(start: number, last: number): number[] {
  return Array.from({ length: last - start + 1 }, (_, index) => start + index);
}
