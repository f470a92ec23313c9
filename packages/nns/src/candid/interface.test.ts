import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { interfaceFile } from "./interface.ts";
import { METHOD_ALIASES } from "@icos/registry";
import { METHOD_CODECS } from "./methods.ts";

void test("the published registry.did is the one of the methods", async () => {
  const published = await readFile(join(import.meta.dirname, "../../registry.did"), "utf8");
  assert.equal(published, interfaceFile());
  for (const method of [...Object.keys(METHOD_CODECS), ...METHOD_ALIASES.keys()])
    assert.match(published, new RegExp(`\n  ${method} : \\(`));
});
