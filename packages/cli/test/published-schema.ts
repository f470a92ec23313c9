import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import formats from "ajv-formats";
import * as v from "valibot";
import { PUBLISHED_SCHEMAS } from "../src/schemas/json-schemas.ts";

const DIRECTORY = join(import.meta.dirname, "../../../docs/schemas");

/** Another library's reading of a file in `docs/schemas`. A keyword or a format that its draft does not have is an error. */
export function publishedSchema(name: string): ValidateFunction {
  const ajv = new Ajv({ strict: true, allErrors: true });
  formats.default(ajv);
  const schema: unknown = JSON.parse(readFileSync(join(DIRECTORY, `${name}.schema.json`), "utf8"));
  assert.ok(typeof schema === "object" && schema !== null);
  return ajv.compile(schema);
}

/** What a command printed. Whoever has only the published schema must find it right too. */
export function parsePrinted<Schema extends v.GenericSchema>(schema: Schema, text: string): v.InferOutput<Schema> {
  const [name] = Object.entries(PUBLISHED_SCHEMAS).find(([, published]) => published.schema === schema) ?? [];
  assert.ok(name !== undefined, "the schema is not published");
  const value: unknown = JSON.parse(text);
  const validate = publishedSchema(name);
  assert.ok(validate(value), `${name}: ${JSON.stringify(validate.errors)}`);
  return v.parse(schema, value);
}
