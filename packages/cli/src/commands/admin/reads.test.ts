import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { testNns } from "../../../../nns/test/nns-fixture.ts";
import {
  adminGetSchema,
  adminHistorySchema,
  adminRulesetHashSchema,
  adminTopologySchema,
} from "../../schemas/admin.ts";
import { node, operatorId, parsed, testAdmin, type TestAdmin } from "./testing-admin.ts";

let registry: TestAdmin;

before(async () => {
  registry = await testAdmin();
});
after(() => registry[Symbol.asyncDispose]());

void test("get shows certified records as a table and as JSON, now and at a version", async () => {
  const { read } = registry;
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
  const { read } = registry;
  const key = `node_operator_record_${operatorId}`;
  const { versions } = parsed(adminHistorySchema, await read("history", key, "--json"));
  assert.deepEqual(versions[1]?.fields, [{ field: "node_allowance", before: 4, after: 3 }]);
  assert.match((await read("history", key)).out, /version 2, .*Z\n.*changed\n {2}~ node_allowance {2}4 -> 3\n/);
  assert.equal((await read("history", "nothing")).code, 1);
});

void test("another root key is believed in nothing", async () => {
  const { nns, admin } = registry;
  const other = await testNns();
  const rootKey = Buffer.from(other.nns.rootKey).toString("hex");
  await other[Symbol.asyncDispose]();
  const { code, err, out } = await admin("get", "nodes", "--nns-url", nns.url, "--root-key", rootKey);
  assert.deepEqual([code, out], [1, ""]);
  assert.match(err, /code: {2}certificate-signature/);
});
