import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { parsePrinted } from "../../../test/published-schema.ts";
import { adminPreviewSchema, adminProposalReportSchema, adminProposalsSchema } from "../../schemas/admin.ts";
import { node, operatorId, parsed, testAdmin, type TestAdmin } from "./testing-admin.ts";

let registry: TestAdmin;

before(async () => {
  registry = await testAdmin();
});
after(() => registry[Symbol.asyncDispose]());

void test("a dry run shows the difference or all that stands against it, and changes nothing", async () => {
  const { nns, govern } = registry;
  const version = await nns.client().latestVersion();
  const change = ["propose", "update-node-operator-config", "--node-operator-id", operatorId, "--node-allowance", "9"];
  const good = parsed(adminPreviewSchema, await govern(...change, "--dry-run", "--json"));
  assert.deepEqual(
    [good.refused, good.changes[0]?.fields],
    [false, [{ field: "node_allowance", before: 3, after: 9 }]],
  );
  const keys = Array.from({ length: 60 }, () => "ssh-ed25519 a");
  const wrong = ["propose", "create-subnet", "--node-ids", node.id.toText(), "--replica-version-id", "v1"];
  const bad = await govern(
    ...wrong,
    "--dkg-interval-length",
    "0",
    "--dry-run",
    "--json",
    "--ssh-readonly-access",
    ...keys,
  );
  assert.equal(bad.code, 1);
  const report = parsePrinted(adminPreviewSchema, bad.out);
  assert.ok(report.violations.length > 0 && report.changes.length > 0);
  const text = await govern(...wrong, "--dry-run", "--ssh-readonly-access", ...keys);
  assert.match(text.out, /would be refused; nothing is changed\.\nbreaks invariant [a-z-]+: /);
  const refused = await govern("propose", "delete-subnet", "--subnet-id", node.id.toText(), "--dry-run");
  assert.match(refused.out, /refused \(subnet-unknown\)/);
  assert.equal(refused.code, 1);
  assert.equal(await nns.client().latestVersion(), version);
});

void test("propose submits, adopts and executes; proposals tell of it", async () => {
  const { directory, read, govern } = registry;
  const file = join(directory, "centers.json5");
  await writeFile(file, "{data_centers_to_add: [{id: 'ZH2', region: 'Europe,CH,Zurich', owner: 'x'}]} // more");
  const { proposal, changes } = parsed(
    adminProposalReportSchema,
    await govern("propose", "add-or-remove-data-centers", "--file", file, "--title", "Second", "--json"),
  );
  assert.deepEqual([proposal.state, proposal.topic, proposal.title], ["executed", "Participant Management", "Second"]);
  assert.deepEqual(
    changes.map(({ key, kind }) => [key, kind]),
    [["data_center_record_zh2", "added"]],
  );
  const open = await govern("propose", "remove-nodes", "--node-ids", node.id.toText(), "--no-execute");
  assert.match(open.out, /: open\n/);
  const { proposals } = parsed(adminProposalsSchema, await read("proposals", "--json"));
  assert.deepEqual(
    proposals.map(({ id, state }) => [id, state]),
    [
      [2, "open"],
      [1, "executed"],
    ],
  );
  assert.match((await read("proposals", "2")).out, new RegExp(`payload: .*${node.id.toText()}`));
  assert.equal(parsed(adminProposalReportSchema, await govern("reject", "2", "--json")).proposal.state, "rejected");
  const again = await govern("adopt", "2");
  assert.equal(again.code, 1);
  assert.match(again.err, /Proposal 2 is rejected, not open/);
  const failed = await govern("propose", "delete-subnet", "--subnet-id", node.id.toText());
  assert.equal(failed.code, 1);
  assert.match(failed.out, /Proposal 3: failed\n.*\nfailed \(subnet-unknown\)/);
});

void test("a rule of the firewall is proposed with the hash that a dry run tells", async () => {
  const { read, govern } = registry;
  const rule = JSON.stringify({
    ipv4_prefixes: [],
    ipv6_prefixes: ["2001:db8::/32"],
    ports: [22],
    action: 1,
    comment: "x",
  });
  const change = ["propose", "add-firewall-rules", "--scope", "replica-nodes", "--rules", rule, "--positions", "0"];
  const dry = await govern(...change, "--expected-hash", "?", "--dry-run");
  const [, hash = ""] = /would have the hash ([0-9A-F]{64})/.exec(dry.out) ?? [];
  const done = await govern(...change, "--expected-hash", hash);
  assert.equal(done.code, 0, done.out + done.err);
  assert.match(done.out, /firewall_rules_replica_nodes {2}added\n {2}\+ entries\[\]/);
  assert.equal((await read("get", "firewall-ruleset-hash", "replica_nodes")).out, `${hash}\n`);
});
