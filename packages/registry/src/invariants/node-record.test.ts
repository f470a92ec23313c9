import assert from "node:assert/strict";
import { test } from "node:test";
import { a, b, changeNode, populated, violations } from "../../test/violations.ts";

void test("chip ids are unique, and a node has 50 SSH keys at most", () => {
  const { network } = populated();
  const chipId = Buffer.from("chip");
  network.write([changeNode(network, a, { chipId })]);
  assert.match(
    violations(network, changeNode(network, b, { chipId })).join(),
    /^node-record: .* has the chip id of node_record_/,
  );
  const noChip = { chipId: new Uint8Array() };
  network.write([changeNode(network, a, noChip)]);
  assert.deepEqual(violations(network, changeNode(network, b, noChip)), []);
  const keys = (length: number): string[] => Array.from({ length }, (_, index) => `key ${index}`);
  const many = changeNode(network, b, { sshNodeStateWriteAccess: keys(51) });
  assert.match(violations(network, many).join(), /^node-record: .*ssh_node_state_write_access/);
  assert.deepEqual(violations(network, changeNode(network, b, { sshNodeStateWriteAccess: keys(50) })), []);
});
