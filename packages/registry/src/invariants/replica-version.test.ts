import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiBoundaryNodeRecordSchema, put, registryKey, remove, ReplicaVersionRecordSchema } from "../index.ts";
import { VERSION } from "../../test/network.ts";
import { b, changeSubnet, populated, violations } from "../../test/violations.ts";

void test("a version in use is elected, whoever uses it", () => {
  const { network, subnet } = populated();
  const gone = violations(network, remove(registryKey.replicaVersion(VERSION)));
  assert.match(gone.join(), /^replica-version: replica_version_v1 cannot go while/);
  const unknown = changeSubnet(network, subnet, { replicaVersionId: "v9" });
  assert.match(violations(network, unknown).join(), /^replica-version: subnet_record_.* uses version v9/);
  const boundary = put("insert", registryKey.apiBoundaryNode(b), ApiBoundaryNodeRecordSchema, { version: "v9" });
  assert.match(violations(network, boundary).join(), /^replica-version: api_boundary_node_.* uses version v9/);
});

void test("package hash and URLs come together and are well formed", () => {
  const { network } = populated();
  const version = (releasePackageSha256Hex: string, ...releasePackageUrls: string[]) =>
    violations(
      network,
      put("insert", registryKey.replicaVersion("v2"), ReplicaVersionRecordSchema, {
        releasePackageSha256Hex,
        releasePackageUrls,
      }),
    ).join();
  const hash = "0f".repeat(32);
  assert.equal(version(hash, "https://x.example/a"), "");
  assert.equal(version(""), "");
  assert.match(version(hash), /only one of package hash and URLs/);
  assert.match(version("", "https://x.example/a"), /only one of package hash and URLs/);
  assert.match(version("0f", "https://x.example/a"), /for a SHA-256/);
  assert.match(version(hash, "file:///a"), /for a download URL/);
});
