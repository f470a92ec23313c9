import { configObject, defaultOf, type Field, type FieldTable, type ObjectKind } from "@icos/config";
import * as v from "valibot";
import { type JsonSchema, toJsonSchema } from "@valibot/to-json-schema";

/**
 * JSON Schema of a configuration object's file, from its field table. Stricter than the check in one thing: a variant of
 * an enum that is not listed is read as unknown there.
 */
export function objectJsonSchema(kind: ObjectKind): JsonSchema {
  return tableSchema(configObject(kind).fields);
}

function tableSchema(table: FieldTable): JsonSchema {
  const entries = Object.entries(table);
  const required = entries.filter(([, field]) => defaultOf(field) === undefined).map(([name]) => name);
  return {
    type: "object",
    properties: Object.fromEntries(entries.map(([name, field]) => [name, fieldSchema(field)])),
    required,
  };
}

function fieldSchema(field: Field): JsonSchema {
  const description = `${field.meaning} (${field.form}; since ${field.since})`.replaceAll("`", "");
  const writeOnly = field.sensitivity === undefined ? {} : { writeOnly: true };
  return { description, ...writeOnly, ...content(field) };
}

function content({ schema, fields, variants, units }: Field): JsonSchema {
  if (fields !== undefined) {
    const object = tableSchema(fields);
    return v.is(schema, null) ? { anyOf: [object, { type: "null" }] } : object;
  }
  if (variants !== undefined) {
    const tagged = Object.entries(variants).map(([name, variant]): JsonSchema => ({
      type: "object",
      properties: { [name]: fieldSchema(variant) },
      required: [name],
      additionalProperties: false,
    }));
    return { anyOf: [...tagged, ...(units ?? []).map((name): JsonSchema => ({ const: name }))] };
  }
  // Checks that have no form in JSON Schema are made by the programs.
  const { $schema: _, ...leaf } = toJsonSchema(schema, { typeMode: "input", errorMode: "ignore" });
  return leaf;
}
