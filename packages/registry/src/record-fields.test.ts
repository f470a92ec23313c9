import assert from "node:assert/strict";
import { test } from "node:test";
import type { DescMessage } from "@bufbuild/protobuf";
import { RECORD_SCHEMAS } from "./index.ts";
import { fieldsOf, RECORD_FIELDS } from "../test/record-fields.ts";

void test("every message that a record has is in the table, with its fields and numbers", () => {
  const seen = new Map<string, DescMessage>();
  const visit = (schema: DescMessage): void => {
    if (seen.has(schema.typeName)) return;
    seen.set(schema.typeName, schema);
    for (const field of schema.fields) {
      const inner = field.fieldKind === "scalar" || field.fieldKind === "enum" ? undefined : field.message;
      if (inner) visit(inner);
    }
  };
  for (const schema of RECORD_SCHEMAS.values()) visit(schema);
  assert.deepEqual([...seen.keys()].sort(), Object.keys(RECORD_FIELDS).sort());
  for (const schema of seen.values()) {
    const table = fieldsOf(schema.typeName).map(({ name, number }) => `${name}=${number}`);
    assert.deepEqual(schema.fields.map(({ name, number }) => `${name}=${number}`).sort(), table.sort());
  }
});
