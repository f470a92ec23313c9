import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { interfaceFile } from "./interface.ts";
import { METHOD_ALIASES } from "@icos/registry";
import { methodNamed } from "./calls.ts";
import { METHOD_CODECS } from "./methods.ts";

void test("methods are known by the names that they had before, too", () => {
  for (const [old, method] of [
    ["revise_elected_replica_versions", "revise_elected_guestos_versions"],
    ["update_elected_hostos_versions", "revise_elected_hostos_versions"],
    ["update_nodes_hostos_version", "deploy_hostos_to_some_nodes"],
    ["update_api_boundary_nodes_version", "deploy_guestos_to_some_api_boundary_nodes"],
  ] as const) {
    assert.equal(methodNamed(old), method);
    assert.equal(methodNamed(method), method);
  }
  for (const name of ["", "atomic_mutate", "toString"]) assert.equal(methodNamed(name), undefined);
});

void test("the published registry.did is the one of the methods", async () => {
  const published = await readFile(join(import.meta.dirname, "../../registry.did"), "utf8");
  assert.equal(published, interfaceFile());
  for (const method of [...Object.keys(METHOD_CODECS), ...METHOD_ALIASES.keys()])
    assert.match(published, new RegExp(`\n  ${method} : \\(`));
});
