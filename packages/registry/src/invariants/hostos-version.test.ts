import assert from "node:assert/strict";
import { test } from "node:test";
import { HostosVersionRecordSchema, put, registryKey, remove } from "../index.ts";
import { a, changeNode, populated, violations } from "../../test/violations.ts";

void test("a HostOS version that a node refers to has a record, and keeps it", () => {
  const { network } = populated();
  const refer = changeNode(network, a, { hostosVersionId: "h1" });
  assert.match(violations(network, refer).join(), /^hostos-version: .*h1, which has no record/);
  const record = put("insert", registryKey.hostosVersion("h1"), HostosVersionRecordSchema, { hostosVersionId: "h1" });
  network.write([record, refer]);
  assert.match(violations(network, remove(registryKey.hostosVersion("h1"))).join(), /^hostos-version: .*cannot go/);
});

void test("its package is complete", () => {
  const { network } = populated();
  const incomplete = { hostosVersionId: "h1", releasePackageSha256Hex: "0f".repeat(32) };
  const record = put("insert", registryKey.hostosVersion("h1"), HostosVersionRecordSchema, incomplete);
  assert.match(violations(network, record).join(), /^hostos-version: .*only one of package hash and URLs/);
});
