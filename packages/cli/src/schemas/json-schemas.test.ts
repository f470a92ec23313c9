import { test } from "node:test";
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { jsonSchemaFiles } from "./json-schemas.ts";

const DIRECTORY = join(import.meta.dirname, "../../../../docs/schemas");

void test("docs/schemas holds exactly the schemas of the code (node packages/cli/src/schemas/write.ts writes them)", () => {
  const files = jsonSchemaFiles();
  assert.deepEqual(readdirSync(DIRECTORY).sort(), [...files.keys()].sort());
  for (const [name, content] of files) assert.equal(readFileSync(join(DIRECTORY, name), "utf8"), content, name);
});
