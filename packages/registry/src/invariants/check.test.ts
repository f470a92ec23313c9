import assert from "node:assert/strict";
import { test } from "node:test";
import { readdirSync } from "node:fs";
import { checkWholeRegistry, INVARIANTS, nextVersion, put, registryKey, X509PublicKeyCertSchema } from "../index.ts";
import { person } from "../../test/network.ts";
import { a, changeNode, populated } from "../../test/violations.ts";

void test("a populated registry has no violation anywhere", () => {
  const { network } = populated();
  assert.deepEqual(checkWholeRegistry(network.state, network.rules), []);
});

void test("a registry that was changed past the invariants shows it", () => {
  const { network } = populated();
  const change = changeNode(network, a, { http: undefined, hostosVersionId: "h" });
  assert.ok(change.kind === "update");
  network.state.commit({ version: network.state.version + 1, time: 0n, changes: [change] });
  const found = checkWholeRegistry(network.state, network.rules).map(({ invariant }) => invariant);
  assert.deepEqual(found, ["hostos-version", "endpoints"]);
});

void test("all violations of a change are reported, not just the first", () => {
  const { network } = populated();
  const change = changeNode(network, a, { http: undefined, hostosVersionId: "h" });
  assert.throws(
    () => nextVersion(network.state, network.rules, [change], 0n),
    (error: { code?: string; message?: string }) =>
      error.code === "invariant-violated" && /HostOS version h.*no http endpoint/.test(error.message ?? ""),
  );
});

void test("of very many violations the sentence has the first ones, the details have all", () => {
  const { network } = populated();
  const orphans = Array.from({ length: 15 }, (_, index) =>
    put("insert", registryKey.tlsCertificate(person(`nobody ${index}`)), X509PublicKeyCertSchema, {
      certificateDer: Buffer.from(`certificate ${index}`),
    }),
  );
  assert.throws(
    () => nextVersion(network.state, network.rules, orphans, 0n),
    (error: { details?: { violations?: unknown[] }; message?: string }) =>
      error.details?.violations?.length === 15 && error.message?.endsWith("And 5 more.") === true,
  );
});

void test("every invariant has a module and a test of its own", () => {
  const files = readdirSync(import.meta.dirname);
  for (const { name } of INVARIANTS) {
    assert.ok(files.includes(`${name}.ts`) && files.includes(`${name}.test.ts`), name);
  }
});
