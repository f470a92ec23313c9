import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { Principal } from "@icos/certification";
import { AUTHORISATION, CALLERS, isGovernanceMethod, METHOD_ALIASES } from "../index.ts";
import { GOVERNANCE, OPERATOR, OTHER_OPERATOR, person, PROVIDER, TestNetwork } from "../../test/network.ts";
import { testNode } from "../../test/nodes.ts";
import { METHODS, SAMPLE_PAYLOADS } from "../../test/payloads.ts";

/** A registry with two nodes of {@link OPERATOR}. */
function network(): TestNetwork {
  const made = new TestNetwork();
  for (const index of [0, 1]) made.join(testNode(index));
  return made;
}

void test("every method of governance refuses everybody else, before it looks at the payload", () => {
  const registry = network();
  const others = [OPERATOR, PROVIDER, testNode(0).id, person("stranger"), Principal.anonymous()];
  const methods = METHODS.filter(isGovernanceMethod);
  assert.ok(methods.length > 15);
  for (const method of methods) {
    for (const caller of others) {
      assert.equal(registry.try(method, SAMPLE_PAYLOADS[method], caller), "caller-not-governance", method);
    }
    assert.notEqual(registry.try(method, SAMPLE_PAYLOADS[method], GOVERNANCE), "caller-not-governance", method);
  }
});

void test("what operators, providers and nodes call is refused to everybody else, governance included", () => {
  const registry = network();
  const strangers = [GOVERNANCE, OTHER_OPERATOR, person("stranger"), Principal.anonymous()];
  const codes = ["operator-unknown", "caller-not-node-operator", "caller-not-provider", "caller-not-node"];
  for (const method of METHODS.filter((name) => !isGovernanceMethod(name))) {
    for (const caller of strangers) {
      if (method === "add_node" && caller === OTHER_OPERATOR) continue;
      assert.ok(codes.includes(registry.try(method, SAMPLE_PAYLOADS[method], caller) ?? ""), method);
    }
  }
});

void test("the page about the registry names every method with the callers that it has", async () => {
  const page = await readFile(join(import.meta.dirname, "../../../../docs/registry.md"), "utf8");
  const section = /\n### Mutations\n(.*?)\n#/s.exec(page)?.[1] ?? "";
  const rows = [...section.matchAll(/^\| `([a-z_0-9]+)`(?: \(or `([a-z_]+)`\))? +\| ([^|]+?) +\|/gm)];
  const documented: Readonly<Record<string, string | undefined>> = Object.fromEntries(
    rows.map(([, method = "", , caller]) => [method, caller] as const),
  );
  const expected = METHODS.map((method) => [method, CALLERS[AUTHORISATION[method].caller]]);
  assert.deepEqual(documented, Object.fromEntries(expected));
  const aliases = rows.flatMap(([, method, alias]) => (alias === undefined ? [] : [[alias, method]]));
  assert.deepEqual(Object.fromEntries(aliases), Object.fromEntries(METHOD_ALIASES));
});
