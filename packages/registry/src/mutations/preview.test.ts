import assert from "node:assert/strict";
import { test } from "node:test";
import { type PayloadOf, previewMutation, type RegistryMethod, registryKey } from "../index.ts";
import { GOVERNANCE, OPERATOR, person, subnetOf, TestNetwork } from "../../test/network.ts";
import { testNode } from "../../test/nodes.ts";

const { payload, id } = testNode(0);

function preview<M extends RegistryMethod>(
  network: TestNetwork,
  method: M,
  payload: PayloadOf<M>,
  caller = GOVERNANCE,
) {
  const registry = { view: network.state, rules: network.rules, limits: network.limits };
  return previewMutation(registry, { method, payload }, caller, network.time);
}

void test("a preview has the changes that the call then makes, and changes nothing itself", () => {
  const network = new TestNetwork({ rateLimits: true });
  const before = network.state.version;
  const expected = preview(network, "add_node", payload, OPERATOR);
  // An address has seven calls; previews are none.
  for (let count = 0; count < 8; count++) preview(network, "add_node", payload, OPERATOR);
  assert.deepEqual([expected.refusals, expected.violations, network.state.version], [[], [], before]);
  network.do("add_node", payload, OPERATOR);
  assert.deepEqual(network.state.history.at(before + 1)?.changes, expected.changes);
});

void test("every violated invariant is named, with the changes that would violate it", () => {
  const network = new TestNetwork();
  network.do("add_node", payload, OPERATOR);
  const wrong = {
    ...subnetOf([id, id]),
    dkg_interval_length: 0n,
    ssh_readonly_access: Array(60).fill("ssh-ed25519 a"),
  };
  const { changes, refusals, violations } = preview(network, "create_subnet", wrong);
  assert.deepEqual(refusals, []);
  assert.ok(changes.some(({ key }) => key === registryKey.subnetList));
  assert.ok(new Set(violations.map(({ invariant }) => invariant)).size > 1, JSON.stringify(violations));
  assert.equal(network.try("create_subnet", wrong), "invariant-violated");
});

void test("a refusal of the mutation itself is told as the call would tell it", () => {
  const network = new TestNetwork();
  const codes = (caller = GOVERNANCE) => preview(network, "add_node", payload, caller).refusals.map(({ code }) => code);
  assert.deepEqual(codes(person("nobody")), [network.try("add_node", payload, person("nobody"))]);
  const { refusals } = preview(network, "remove_nodes", { node_ids: [] }, OPERATOR);
  assert.deepEqual(
    refusals.map(({ code }) => code),
    ["caller-not-governance"],
  );
});
