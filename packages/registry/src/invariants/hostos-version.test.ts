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
  const version = (releasePackageSha256Hex: string, ...releasePackageUrls: string[]) => {
    const record = { hostosVersionId: "h1", releasePackageSha256Hex, releasePackageUrls };
    return violations(
      network,
      put("insert", registryKey.hostosVersion("h1"), HostosVersionRecordSchema, record),
    ).join();
  };
  const hash = "0f".repeat(32);
  assert.equal(version(hash, "https://x.example/a", "http://[::1]/b"), "");
  for (const [problem, ...given] of [
    [/only one of package hash and URLs/, hash],
    [/only one of package hash and URLs/, "", "https://x.example/a"],
    [/for a SHA-256/, "0f", "https://x.example/a"],
    [/for a download URL/, hash, "no URL"],
  ] as const) {
    const [sha, ...urls] = given;
    assert.match(version(sha, ...urls), /^hostos-version: /);
    assert.match(version(sha, ...urls), problem);
  }
});
