import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { silentLogger, systemClock } from "@icos/system";
import { METHOD_CODECS, NNS_FUNCTIONS, NnsClient, ProposalsClient, startNns, SUBNET_DEFAULTS } from "../index.ts";
import { governance, operator, principalOf, stranger, testNns } from "../../test/nns-fixture.ts";
import { testNode } from "../../../registry/test/nodes.ts";
import { encodeArgument } from "../candid/message.ts";
import { GOVERNANCE_CANISTER_ID, GOVERNANCE_METHODS, governanceInterfaceFile } from "./codecs.ts";
import { OBSOLETE_FUNCTIONS } from "./nns-functions.ts";

const operatorChange = { node_operator_id: principalOf(operator), node_allowance: 7n, rewardable_nodes: [] };
const node = testNode(0);
const title = { title: "A change" };

void test("a proposal is submitted, adopted and executed; the log keeps it across a restart", async () => {
  await using test = await testNns();
  await test.client(operator).call("add_node", node.payload);
  const proposals = new ProposalsClient(test.client(governance));
  const submitted = await proposals.submit(
    "create_subnet",
    { ...SUBNET_DEFAULTS, node_ids: [node.id], replica_version_id: "v1" },
    { ...title, summary: "why" },
  );
  assert.deepEqual([submitted.id, submitted.state.kind, submitted.nnsFunction], [1, "open", 1]);
  assert.equal(await test.client().latestVersion(), 2);
  const executed = await proposals.adopt(1);
  assert.ok(executed.state.kind === "executed", "reason" in executed.state ? executed.state.reason : "");
  assert.equal(executed.state.version, 3n);
  assert.equal(await test.client().latestVersion(), 3);
  await using again = await test.restart();
  const reader = new ProposalsClient(again.client());
  assert.deepEqual(await reader.get(1), executed);
  assert.deepEqual(await reader.list(), [executed]);
  assert.equal(await reader.get(2), undefined);
});

void test("a proposal that cannot be executed has failed with the registry's reason, and changes nothing", async () => {
  await using test = await testNns();
  const proposals = new ProposalsClient(test.client(governance));
  const { id } = await proposals.submit("delete_subnet", { subnet_id: node.id }, title);
  const { state } = await proposals.adopt(id);
  assert.ok(state.kind === "failed");
  assert.match(`${state.code}: ${state.reason}`, /^[a-z-]+: .*\.$/);
  assert.equal(await test.client().latestVersion(), 1);
});

void test("an open proposal can be rejected or withdrawn, and then nothing more", async () => {
  await using test = await testNns();
  const proposals = new ProposalsClient(test.client(governance));
  for (const how of ["reject", "withdraw"] as const) {
    const { id } = await proposals.submit("remove_nodes", { node_ids: [] }, title);
    const { state } = await proposals[how](id);
    assert.equal(state.kind, how === "reject" ? "rejected" : "withdrawn");
    for (const then of ["adopt", "reject", "withdraw", "execute"] as const)
      await assert.rejects(proposals[then](id), {
        details: { registryCode: "proposal-state", method: `${then}_proposal` },
      });
  }
  await assert.rejects(proposals.adopt(9), { code: "registry-refused", message: "There is no proposal 9." });
});

void test("lists are newest first, from where they are asked", async () => {
  await using test = await testNns();
  const proposals = new ProposalsClient(test.client(governance));
  for (let count = 0; count < 5; count++) await proposals.submit("remove_nodes", { node_ids: [] }, title);
  const ids = async (limit: number, before?: number) => (await proposals.list(limit, before)).map(({ id }) => id);
  assert.deepEqual([await ids(2), await ids(2, 4), await ids(9, 2), await ids(9, 1)], [[5, 4], [3, 2], [1], []]);
});

void test("only governance decides; what is not a proposal is refused with all that is wrong", async () => {
  await using test = await testNns();
  for (const who of [operator, stranger])
    await assert.rejects(new ProposalsClient(test.client(who)).submit("remove_nodes", { node_ids: [] }, title), {
      details: { registryCode: "caller-not-governance", method: "submit_proposal" },
    });
  const client = test.client(governance);
  const submit = (nnsFunction: number, more: object = {}) =>
    client.update(GOVERNANCE_CANISTER_ID, "submit_proposal", GOVERNANCE_METHODS.submit_proposal, {
      nnsFunction,
      payload: encodeArgument(METHOD_CODECS.remove_nodes.payload, { node_ids: [] }),
      title: "x",
      summary: "",
      url: "",
      ...more,
    });
  await assert.rejects(submit(22), { message: /function 22 is obsolete, use 48 or 49/ });
  await assert.rejects(submit(999), { message: /no NNS function 999/ });
  await assert.rejects(submit(18, { payload: Buffer.from("DIDLx"), title: " ", summary: "x".repeat(30_001) }), {
    message: /payload: .*; title: it is blank; summary: it has more than 30000 bytes/,
  });
  assert.deepEqual(await new ProposalsClient(client).list(), []);
});

void test("what a crash has left adopted is executed once, at the next start", async () => {
  await using test = await testNns();
  const proposals = new ProposalsClient(test.client(governance));
  const { id } = await proposals.submit("update_node_operator_config", operatorChange, title);
  await proposals.adopt(id);
  await test.stop();
  // As a crash between the two transactions would have left it.
  const database = new DatabaseSync(join(test.directory, "registry.sqlite"));
  database.exec("DELETE FROM versions WHERE version = 2; DELETE FROM governance_log WHERE sequence = 3");
  database.close();
  for (let start = 0; start < 2; start++) {
    const listen = { host: "127.0.0.1", port: 0 };
    const { directory } = test;
    const nns = await startNns({ directory, listen, clock: systemClock, logger: silentLogger });
    const client = new NnsClient({ url: nns.url ?? "", rootKey: nns.rootKey });
    try {
      assert.equal(await client.latestVersion(), 2);
      assert.equal((await new ProposalsClient(client).get(id))?.state.kind, "executed");
    } finally {
      await nns.close();
    }
  }
});

void test("a changed log is noticed on opening", async () => {
  await using test = await testNns();
  await new ProposalsClient(test.client(governance)).submit("remove_nodes", { node_ids: [] }, title);
  await test.stop();
  const database = new DatabaseSync(join(test.directory, "registry.sqlite"));
  database.exec(
    "UPDATE governance_log SET content = CAST(REPLACE(CAST(content AS TEXT), 'A change', 'B change') AS BLOB)",
  );
  database.close();
  const listen = { host: "127.0.0.1", port: 0 };
  const { directory } = test;
  await assert.rejects(startNns({ directory, listen, clock: systemClock, logger: silentLogger }), {
    code: "nns-database-damaged",
  });
});

void test("NNS functions have upstream's numbers and topics", () => {
  const byHand = {
    "Node Admin":
      "8 add_node_operator 16 update_node_operator_config 18 remove_nodes 23 remove_node_operators 49 update_ssh_readonly_access_for_all_unassigned_nodes",
    "Subnet Management":
      "1 create_subnet 2 add_nodes_to_subnet 6 recover_subnet 7 update_subnet 13 remove_nodes_from_subnet 25 add_firewall_rules 26 remove_firewall_rules 27 update_firewall_rules 31 change_subnet_membership 55 set_subnet_operational_level 56 split_subnet 57 delete_subnet",
    "IC OS Version Election": "38 revise_elected_guestos_versions 50 revise_elected_hostos_versions",
    "IC OS Version Deployment":
      "11 deploy_guestos_to_all_subnet_nodes 47 deploy_guestos_to_some_api_boundary_nodes 48 deploy_guestos_to_all_unassigned_nodes 51 deploy_hostos_to_some_nodes",
    "Network Economics": "20 update_node_rewards_table",
    "Participant Management": "21 add_or_remove_data_centers",
    "API Boundary Node Management": "43 add_api_boundary_nodes 44 remove_api_boundary_nodes",
  };
  const found = Object.groupBy(NNS_FUNCTIONS, ({ topic }) => topic);
  const lines = Object.entries(found).map(([topic, functions]) => [
    topic,
    functions.map(({ number, method }) => `${number} ${method}`).join(" "),
  ]);
  assert.deepEqual(Object.fromEntries(lines), byHand);
  assert.deepEqual([...OBSOLETE_FUNCTIONS.keys()], [5, 22, 36, 40, 41, 46]);
});

void test("NNS functions have a number and a method each, and obsolete ones lead to some that are there", () => {
  const numbers = NNS_FUNCTIONS.map(({ number }) => number);
  assert.equal(new Set(numbers).size, numbers.length);
  assert.equal(new Set(NNS_FUNCTIONS.map(({ method }) => method)).size, numbers.length);
  for (const [number, successors] of OBSOLETE_FUNCTIONS) {
    assert.ok(!numbers.includes(number));
    for (const successor of successors) assert.ok(numbers.includes(successor));
  }
});

void test("the published governance.did is the one of the methods", async () => {
  const published = await readFile(join(import.meta.dirname, "../../governance.did"), "utf8");
  assert.equal(published, governanceInterfaceFile());
});
