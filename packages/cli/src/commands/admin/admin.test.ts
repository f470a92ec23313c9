import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type * as v from "valibot";
import { registryDumpSchema } from "@icos/nns";
import {
  GOVERNANCE_PEM,
  operator,
  OPERATOR_PEM,
  principalOf,
  type TestNns,
  testNns,
} from "../../../../nns/test/nns-fixture.ts";
import { testNode } from "../../../../registry/test/nodes.ts";
import type { CliContext } from "../../context.ts";
import { runInContext } from "../../run-cli.ts";
import {
  adminCallSchema,
  adminDumpSchema,
  adminGetSchema,
  adminHistorySchema,
  adminLoadSchema,
  adminPreviewSchema,
  adminProposalReportSchema,
  adminProposalsSchema,
  adminRulesetHashSchema,
  adminTopologySchema,
} from "../../schemas/admin.ts";
import { parsePrinted } from "../../../test/published-schema.ts";

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const node = testNode(0);
const operatorId = principalOf(operator).toText();

let nns: TestNns;
let directory: string;
let target: readonly string[];

before(async () => {
  nns = await testNns();
  directory = await mkdtemp(join(tmpdir(), "icos-admin-"));
  await writeFile(join(directory, "governance.pem"), GOVERNANCE_PEM, { mode: 0o600 });
  await writeFile(join(directory, "operator.pem"), OPERATOR_PEM, { mode: 0o600 });
  target = ["--nns-url", nns.url, "--root-key", Buffer.from(nns.nns.rootKey).toString("hex")];
  await nns.client(operator).call("add_node", node.payload);
});

after(async () => {
  await nns[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

/** In this process: `icos admin ARGS`. */
async function admin(...args: readonly string[]): Promise<Outcome> {
  const [out, err]: [string[], string[]] = [[], []];
  const context: CliContext = {
    env: { ICOS_STATE_DIR: directory },
    uid: 0,
    interactive: false,
    signal: new AbortController().signal,
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    style: (_, text) => text,
    columns: undefined,
  };
  const code = await runInContext(["admin", ...args], context);
  return { code, out: out.join(""), err: err.join("") };
}

const read = (...args: readonly string[]): Promise<Outcome> => admin(...args, ...target);
const govern = (...args: readonly string[]): Promise<Outcome> =>
  admin(...args, ...target, "--key", join(directory, "governance.pem"));

function parsed<Schema extends v.GenericSchema>(schema: Schema, { code, out, err }: Outcome): v.InferOutput<Schema> {
  assert.equal(code, 0, err);
  return parsePrinted(schema, out);
}

void test("get shows certified records as a table and as JSON, now and at a version", async () => {
  const table = await read("get", "node-operators");
  assert.match(table.out, new RegExp(`^ID +ALLOWANCE +DC +PROVIDER +CHANGED IN\n${operatorId} +3 +dc1 `));
  const { records } = parsed(
    adminGetSchema,
    await read("get", "node-operator", operatorId, "--json", "--version", "1"),
  );
  assert.deepEqual(
    records.map(({ version, record }) => [version, record?.["node_allowance"]]),
    [[1, 4]],
  );
  assert.match((await read("get", "node", node.id.toText())).out, new RegExp(`node_operator_id +${operatorId}\n`));
  assert.equal(parsed(adminGetSchema, await read("get", "public-key", node.id.toText(), "--json")).records.length, 2);
  const topology = parsed(adminTopologySchema, await read("get", "topology", "--json"));
  assert.deepEqual(
    topology.unassigned.map(({ id }) => id),
    [node.id.toText()],
  );
  const hash = parsed(adminRulesetHashSchema, await read("get", "firewall-ruleset-hash", "--json"));
  assert.equal(hash.hash, "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855");
});

void test("every kind that is offered is known, under upstream's names too", async () => {
  const { GET_KINDS } = await import("./register-reads.ts");
  const { RECORD_KINDS, VIEWS, recordKind } = await import("./record-kinds.ts");
  assert.deepEqual([...GET_KINDS].sort(), [...Object.keys(RECORD_KINDS), ...VIEWS].sort());
  for (const [name, kind] of [
    ["get-node", "node"],
    ["get-public-key", "public-key"],
    ["get-tls-certificate", "tls-certificate"],
    ["get-node-operator", "node-operator"],
    ["get-node-operator-list", "node-operators"],
    ["get-data-center", "data-center"],
    ["get-subnet", "subnet"],
    ["get-subnet-list", "subnet-list"],
    ["get-elected-guestos-versions", "replica-versions"],
    ["get-blessed-replica-versions", "replica-versions"],
    ["get-replica-version", "replica-version"],
    ["get-elected-hostos-versions", "hostos-versions"],
    ["get-unassigned-nodes", "unassigned-nodes"],
    ["get-firewall-rules", "firewall-rules"],
    ["get-api-boundary-node", "api-boundary-node"],
    ["get-api-boundary-nodes", "api-boundary-nodes"],
  ] as const) {
    assert.ok(RECORD_KINDS[kind] !== undefined, kind);
    assert.equal(recordKind(name), RECORD_KINDS[kind], name);
  }
  for (const view of ["topology", "firewall-ruleset-hash"]) assert.ok(VIEWS.some((name) => name === view));
});

void test("history shows each version that changed a key, field by field", async () => {
  const key = `node_operator_record_${operatorId}`;
  const { versions } = parsed(adminHistorySchema, await read("history", key, "--json"));
  assert.deepEqual(versions[1]?.fields, [{ field: "node_allowance", before: 4, after: 3 }]);
  assert.match((await read("history", key)).out, /version 2, .*Z\n.*changed\n {2}~ node_allowance {2}4 -> 3\n/);
  assert.equal((await read("history", "nothing")).code, 1);
});

void test("a dry run shows the difference or all that stands against it, and changes nothing", async () => {
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

void test("call signs what an operator calls itself", async () => {
  const second = testNode(1);
  await nns.client(operator).call("add_node", second.payload);
  const key = ["--key", join(directory, "operator.pem")];
  const id = second.id.toText();
  const dry = await admin("call", "remove-node-directly", "--node-id", id, "--dry-run", ...target, ...key);
  assert.match(dry.out, new RegExp(`node_record_${id} {2}removed`));
  const done = await admin("call", "remove-node-directly", "--node-id", id, "--json", ...target, ...key);
  assert.deepEqual(parsed(adminCallSchema, done), { method: "remove_node_directly", reply: null });
  const refused = await govern("call", "remove-node-directly", "--node-id", node.id.toText());
  assert.deepEqual([refused.code, /code: {2}registry-refused/.test(refused.err)], [1, true]);
});

void test("wrong usage exits with 2 and names the field, the method or the kind that is meant", async () => {
  const cases: [readonly string[], RegExp][] = [
    [["propose", "create-subnt"], /Did you mean create-subnet/],
    [["propose", "remove-nodes"], /--node-ids is missing/],
    [["propose", "remove-nodes", "--node-ids", "nobody"], /--node-ids\.0 is not a principal/],
    [["propose", "update-node-operator-config", "--node-allowance", "-3"], /--node-allowance is not a whole number/],
    [["propose", "remove-nodes", "--nod-ids", "x"], /Did you mean --node-ids/],
    [["get", "nodez"], /"nodez" is no kind of record: there are node, nodes/],
    [["get", "node"], /takes the record's principal/],
    [["get", "nodes", "--version", "0"], /whole number from 1/],
    [["dump", "--json"], /--json goes with --out/],
  ];
  for (const [args, message] of cases) {
    const { code, err, out } = await (args[0] === "propose" ? govern(...args) : read(...args));
    assert.match(err, message);
    assert.deepEqual([code, out], [2, ""], args.join(" "));
  }
  assert.equal((await read("propose", "remove-nodes", "--node-ids", node.id.toText())).code, 2, "no key");
  assert.equal((await admin("get", "nodes")).code, 1, "no testnet");
});

void test("another root key is believed in nothing", async () => {
  const other = await testNns();
  const rootKey = Buffer.from(other.nns.rootKey).toString("hex");
  await other[Symbol.asyncDispose]();
  const { code, err, out } = await admin("get", "nodes", "--nns-url", nns.url, "--root-key", rootKey);
  assert.deepEqual([code, out], [1, ""]);
  assert.match(err, /code: {2}certificate-signature/);
});

void test("dump writes what load puts into a directory with the same key", async () => {
  const file = join(directory, "dump.json");
  const dumped = parsed(adminDumpSchema, await read("dump", "--out", file, "--json"));
  const text = await readFile(file, "utf8");
  assert.equal(parsePrinted(registryDumpSchema, text).latestVersion, dumped.version);
  assert.equal((await read("dump")).out.length, text.length);
  const data = join(directory, "data");
  const init = join(directory, "init.json");
  const { testInit } = await import("../../../../nns/test/nns-fixture.ts");
  await writeFile(init, testInit());
  const load = ["load", file, "--directory", data, "--init", init];
  assert.match((await admin(...load)).err, /code: {2}load-key-missing/);
  await writeFile(join(data, "root_key.seed"), await readFile(join(nns.directory, "root_key.seed")), { mode: 0o600 });
  const loaded = parsed(adminLoadSchema, await admin(...load, "--json"));
  assert.deepEqual([loaded.version, loaded.certifiedData, loaded.backup], [dumped.version, dumped.certifiedData, null]);
  assert.equal((await admin("load", file)).code, 1, "no testnet");
});
