import { readFileSync } from "node:fs";
import { test } from "node:test";
import assert from "node:assert/strict";
import { explainField, knownPaths } from "./explain.ts";
import { referencePage } from "./reference-page.ts";

const PAGE = new URL("../../../../docs/configuration-reference.md", import.meta.url);

void test("the reference page is that of the field tables (node packages/config/src/reference/write.ts writes it)", () => {
  assert.equal(readFileSync(PAGE, "utf8"), referencePage());
});

void test("a field is explained by its path or the end of it, once for the objects that agree on it", () => {
  const [host, guest, ...rest] = explainField("network_settings.ipv6_config");
  assert.ok(host?.kind === "field" && guest?.kind === "field");
  assert.deepEqual([host.objects, guest.objects, rest], [["SetupOS", "HostOS"], ["GuestOS"], []]);
  const [tee] = explainField("enable_trusted_execution_environment");
  assert.ok(tee?.kind === "field");
  assert.deepEqual([tee.objects, tee.default, tee.row.since], [["SetupOS", "HostOS", "GuestOS"], "false", "1.2.0"]);
});

void test("a removed field is explained beside the one that took its place", () => {
  assert.deepEqual(
    explainField("vm_memory").map(({ kind, path }) => `${kind} ${path}`),
    ["field hostos_settings.hostos_dev_settings.vm_memory", "removed hostos_settings.vm_memory"],
  );
});

void test("every known path has an explanation, and nothing else has", () => {
  for (const path of knownPaths()) assert.ok(explainField(path).length > 0, path);
  assert.deepEqual(explainField("settings"), []);
  assert.deepEqual(explainField(""), []);
});
