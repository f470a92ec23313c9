import assert from "node:assert/strict";
import { test } from "node:test";
import { put, registryKey, remove, UnassignedNodesConfigRecordSchema } from "../index.ts";
import { VERSION } from "../../test/network.ts";
import { populated, violations } from "../../test/violations.ts";

void test("unassigned nodes have 50 SSH keys at most, and need no configuration", () => {
  const { network } = populated();
  const config = (length: number) =>
    violations(
      network,
      put("update", registryKey.unassignedNodesConfig, UnassignedNodesConfigRecordSchema, {
        replicaVersion: VERSION,
        sshReadonlyAccess: Array.from({ length }, (_, index) => `key ${index}`),
      }),
    );
  assert.match(config(51).join(), /^unassigned-config: /);
  assert.deepEqual(config(50), []);
  assert.deepEqual(violations(network, remove(registryKey.unassignedNodesConfig)), []);
});
