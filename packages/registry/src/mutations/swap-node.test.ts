import assert from "node:assert/strict";
import { test } from "node:test";
import { Principal } from "@icos/certification";
import { type PayloadOf, readRecord, registryKey, type RegistryRules, SubnetRecordSchema } from "../index.ts";
import { OPERATOR, OTHER_OPERATOR, person, START, subnetOf, TestNetwork, VERSION } from "../../test/network.ts";
import { testNode } from "../../test/nodes.ts";

const nodes = [0, 1, 2, 3, 4].map(testNode);
const [a, b, c, d, e] = nodes.map(({ id }) => id) as [Principal, Principal, Principal, Principal, Principal];
const HOUR = 3_600_000_000_000n;
const everywhere = { callers: "all", subnets: "all" } as const;

interface Setting {
  readonly network: TestNetwork;
  readonly subnet: Principal;
  readonly members: () => string[];
  readonly swap: (old: Principal, next: Principal, caller?: Principal) => string | undefined;
}

/** A subnet of a and b; c and d are unassigned nodes of the same operator, e one of another. */
function setting(rules: Partial<RegistryRules> = { nodeSwapping: everywhere }): Setting {
  const network = new TestNetwork(rules);
  for (const node of nodes) network.join(node, node.id === e ? OTHER_OPERATOR : OPERATOR);
  const { new_subnet_id: subnet } = network.do("create_subnet", subnetOf([a, b]));
  return {
    network,
    subnet,
    members: () =>
      (readRecord(network.state, SubnetRecordSchema, registryKey.subnetRecord(subnet))?.membership ?? []).map((id) =>
        Principal.fromUint8Array(id).toText(),
      ),
    swap: (old_node_id, new_node_id, caller = OPERATOR) =>
      network.try("swap_node_in_subnet_directly", { old_node_id, new_node_id }, caller),
  };
}

void test("the new node takes the place at the end, and the old one is free", () => {
  const { network, members, swap } = setting();
  assert.equal(swap(a, c), undefined);
  assert.deepEqual(members(), [b.toText(), c.toText()]);
  network.do("remove_node_directly", { node_id: a }, OPERATOR);
});

for (const [what, payload] of [
  ["no new node", { old_node_id: a }],
  ["no old node", { new_node_id: c }],
  ["one node for both", { old_node_id: a, new_node_id: a }],
] as const satisfies readonly (readonly [string, PayloadOf<"swap_node_in_subnet_directly">])[]) {
  void test(`a swap with ${what} is refused`, () => {
    assert.equal(setting().network.try("swap_node_in_subnet_directly", payload, OPERATOR), "swap-payload");
  });
}

void test("nodes are swapped only where, and by whom, the network allows it", () => {
  assert.equal(setting({}).swap(a, c), "swap-disabled");
  const others = { callers: [OTHER_OPERATOR], subnets: "all" } as const;
  assert.equal(setting({ nodeSwapping: others }).swap(a, c), "swap-disabled");
  const elsewhere = { callers: [OPERATOR], subnets: [person("subnet")] };
  assert.equal(setting({ nodeSwapping: elsewhere }).swap(a, c), "swap-disabled");
  const { subnet } = setting();
  const here = { callers: [OPERATOR], subnets: [subnet] };
  assert.equal(setting({ nodeSwapping: here }).swap(a, c), undefined);
});

void test("both nodes are there and belong to the caller; the old is a member, the new is not", () => {
  const { network, members, swap } = setting();
  const before = members();
  assert.equal(swap(a, e), "caller-not-node-operator");
  assert.equal(swap(a, c, OTHER_OPERATOR), "caller-not-node-operator");
  assert.equal(swap(person("nobody"), c), "node-unknown");
  assert.equal(swap(a, person("nobody")), "node-unknown");
  assert.equal(swap(c, d), "node-not-member");
  assert.equal(swap(a, b), "node-assigned");
  network.do("update_node_domain_directly", { node_id: c, domain: "c.example" }, OPERATOR);
  network.do("add_api_boundary_nodes", { version: VERSION, node_ids: [c] });
  assert.equal(swap(a, c), "node-is-api-boundary");
  assert.deepEqual(members(), before);
});

void test("no node of a halted subnet is swapped", () => {
  const { network, subnet, swap } = setting();
  network.do("set_subnet_operational_level", { subnet_id: subnet, operational_level: 2 });
  assert.equal(swap(a, c), "subnet-halted");
});

void test("a subnet takes one swap in four hours, an operator in a subnet one in a day", () => {
  const { network, swap } = setting({ nodeSwapping: everywhere, rateLimits: true });
  assert.equal(swap(a, a), "swap-payload");
  assert.equal(swap(a, c), undefined);
  assert.match(
    network.refusal("swap_node_in_subnet_directly", { old_node_id: b, new_node_id: d }, OPERATOR),
    /swapSubnet/,
  );
  network.time = START + 5n * HOUR;
  assert.match(
    network.refusal("swap_node_in_subnet_directly", { old_node_id: b, new_node_id: d }, OPERATOR),
    /swapOperator/,
  );
  network.time = START + 25n * HOUR;
  assert.equal(swap(b, d), undefined);
});
