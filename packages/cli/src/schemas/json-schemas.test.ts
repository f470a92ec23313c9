import { test } from "node:test";
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CONFIG_OBJECTS, OBJECT_KINDS } from "@icos/config";
import * as v from "valibot";
import { publishedSchema } from "../../test/published-schema.ts";
import { SCHEMA_SAMPLES } from "../../test/schema-samples.ts";
import { jsonSchemaFiles, PUBLISHED_SCHEMAS } from "./json-schemas.ts";

const ROOT = join(import.meta.dirname, "../../../..");
const DIRECTORY = join(ROOT, "docs/schemas");

/** What the programs themselves judge by, by name of the published schema. */
const OWN: ReadonlyMap<string, v.GenericSchema> = new Map([
  ...Object.entries(PUBLISHED_SCHEMAS).map(([name, { schema }]) => [name, schema] as const),
  ...OBJECT_KINDS.map((kind) => [`${kind.toLowerCase()}-config`, CONFIG_OBJECTS[kind].schema] as const),
]);

void test("docs/schemas holds exactly the schemas of the code (node packages/cli/src/schemas/write.ts writes them)", () => {
  const files = jsonSchemaFiles();
  assert.deepEqual(readdirSync(DIRECTORY).sort(), [...files.keys()].sort());
  for (const [name, content] of files) assert.equal(readFileSync(join(DIRECTORY, name), "utf8"), content, name);
});

/** Where the programs take more than is published: other variants of an enum, and a secret that is no part of the object. */
const LOOSER: readonly string[] = ["network_settings.ipv6_config", "icos_settings.node_operator_private_key"];
/** Fields that others need. That has no form in JSON Schema; nor have most rules about text. */
const NEEDED_BY_OTHERS: readonly string[] = [
  "release_package_download_url",
  "release_package_sha256_hex",
  "initial_node_operator",
  "nodes.0.domain",
];

const ONE_MORE = Symbol("one field more");

interface Variation {
  /** Dotted. */
  readonly path: string;
  /** What stands there now; undefined when the field is gone. */
  readonly value: unknown;
  readonly document: unknown;
}

/** Every document that differs from this one in one place: a value of another kind there, nothing, or one field more. */
function* variations(document: unknown, path = ""): Generator<Variation> {
  for (const value of [null, {}, [], "", "#", -1, 1.5, true]) yield { path, value, document: value };
  if (typeof document !== "object" || document === null) return;
  const within = (name: string | number): string => (path === "" ? `${name}` : `${path}.${name}`);
  if (Array.isArray(document)) {
    for (const [index, item] of document.entries())
      for (const other of variations(item, within(index)))
        yield { ...other, document: document.with(index, other.document) };
    return;
  }
  yield { path, value: ONE_MORE, document: { ...document, "not a field": 1 } };
  for (const [name, item] of Object.entries(document)) {
    const rest = Object.fromEntries(Object.entries(document).filter(([other]) => other !== name));
    yield { path: within(name), value: undefined, document: rest };
    for (const other of variations(item, within(name)))
      yield { ...other, document: { ...document, [name]: other.document } };
  }
}

for (const [name, schema] of OWN) {
  void test(`${name}.schema.json is a schema of its draft, and judges as the programs do`, () => {
    const validate = publishedSchema(name);
    const sample = SCHEMA_SAMPLES[name];
    assert.ok(validate(sample), JSON.stringify(validate.errors));
    assert.ok(v.is(schema, sample));
    let refused = 0;
    for (const { path, value, document } of variations(sample)) {
      const [own, published] = [v.is(schema, document), validate(document)];
      if (!published) refused++;
      const what = `${path}: ${value === ONE_MORE ? "one field more" : JSON.stringify(value)}`;
      // An empty list is an object without fields to the library that the programs use.
      if (own) assert.ok(published || Array.isArray(value) || LOOSER.includes(path), what);
      else if (published) assert.ok(typeof value === "string" || NEEDED_BY_OTHERS.includes(path), what);
    }
    assert.ok(refused > 10);
  });
}
