import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { firewallSteps } from "../../test/model-steps/firewall-steps.ts";
import { nodeSteps } from "../../test/model-steps/node-steps.ts";
import { operatorSteps } from "../../test/model-steps/operator-steps.ts";
import { subnetSteps } from "../../test/model-steps/subnet-steps.ts";
import { nodes } from "../../test/model-steps/values.ts";
import { versionSteps } from "../../test/model-steps/version-steps.ts";
import { observe } from "../../test/model.ts";
import { subnetOf, TestNetwork } from "../../test/network.ts";
import type { RegistryMethod } from "../index.ts";

const MODELLED: readonly RegistryMethod[] = [
  "add_node",
  "remove_node_directly",
  "remove_nodes",
  "update_node_domain_directly",
  "revise_elected_hostos_versions",
  "deploy_hostos_to_some_nodes",
  "create_subnet",
  "delete_subnet",
  "add_nodes_to_subnet",
  "remove_nodes_from_subnet",
  "change_subnet_membership",
  "swap_node_in_subnet_directly",
  "set_subnet_operational_level",
  "deploy_guestos_to_all_subnet_nodes",
  "revise_elected_guestos_versions",
  "deploy_guestos_to_all_unassigned_nodes",
  "update_ssh_readonly_access_for_all_unassigned_nodes",
  "add_api_boundary_nodes",
  "remove_api_boundary_nodes",
  "deploy_guestos_to_some_api_boundary_nodes",
  "update_node_operator_config",
  "migrate_node_operator_directly",
  "add_firewall_rules",
  "remove_firewall_rules",
  "update_firewall_rules",
];

const steps = fc.oneof(
  { weight: 4, arbitrary: fc.oneof(...nodeSteps) },
  { weight: 4, arbitrary: fc.oneof(...subnetSteps) },
  { weight: 3, arbitrary: fc.oneof(...versionSteps) },
  { weight: 1, arbitrary: fc.oneof(...operatorSteps) },
  { weight: 2, arbitrary: fc.oneof(...firewallSteps) },
);

void test("any sequence of calls leaves what an independent model says, and is accepted where it says so", () => {
  const accepted = new Map<string, number>();
  fc.assert(
    fc.property(fc.array(steps, { minLength: 30, maxLength: 60 }), (sequence) => {
      const network = new TestNetwork({ nodeSwapping: { callers: "all", subnets: "all" } });
      for (const each of nodes.slice(0, 4)) network.join(each);
      network.do("create_subnet", subnetOf(nodes.slice(0, 2).map((each) => each.id)));
      const model = observe(network.state);
      for (const step of sequence) {
        const expected = step.expect(model);
        const { name } = step;
        const code = step.call(network);
        assert.equal(code === undefined, expected, `${name}: ${code ?? "accepted"}`);
        assert.deepEqual(observe(network.state), model, name);
        if (expected) accepted.set(name, (accepted.get(name) ?? 0) + 1);
      }
    }),
    { numRuns: 80, seed: 7 },
  );
  // The model would agree with a registry that refuses everything: each kind of call has to be accepted at times.
  const rare = MODELLED.filter((method) => (accepted.get(method) ?? 0) < 3);
  assert.deepEqual(rare, []);
});
