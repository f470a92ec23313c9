import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { HttpAgent, QueryResponseStatus } from "@icp-sdk/core/agent";
import {
  CertifiedDeltas,
  CertifiedResponseSchema,
  decodeRecord,
  encodeChangesSinceRequest,
  REGISTRY_CANISTER_ID,
} from "@icos/registry";
import { silentLogger, systemClock } from "@icos/system";
import { loadDump, NnsClient, readDump, startNns, writeDump } from "../index.ts";
import { copyNns, governance, operator, principalOf, testInit, type TestNns, testNns } from "../../test/nns-fixture.ts";
import { recordCall, sendCall } from "../../test/sent-call.ts";
import { testNode } from "../../../registry/test/nodes.ts";

const modules = { clock: systemClock, logger: silentLogger, listen: { host: "127.0.0.1", port: 0 } } as const;

async function dumpOf(test: TestNns): Promise<string> {
  const { history, certificate } = await test.client().snapshot();
  const { certifiedData } = new CertifiedDeltas(history);
  return [...writeDump({ history, rootKey: test.nns.rootKey, certifiedData, certificate })].join("");
}

let once: TestNns;

before(async () => {
  once = await live();
  await once.stop();
});
after(() => once[Symbol.asyncDispose]());

/** A registry with nodes, a subnet and a deletion. */
const lived = (): Promise<TestNns> => copyNns(once.directory);

async function live(): Promise<TestNns> {
  const test = await testNns();
  const [first, second] = [testNode(0), testNode(1)];
  await test.client(operator).call("add_node", first.payload);
  await test.client(operator).call("add_node", second.payload);
  await test.governance.createSubnet({ node_ids: [first.id], replica_version_id: "v1" });
  await test.governance.removeNodes({ node_ids: [second.id] });
  return test;
}

/** What an unmodified agent is answered, without the certificate, which has the time in it. */
async function hashTrees(url: string, rootKey: Uint8Array, upTo: number): Promise<unknown[]> {
  const agent = await HttpAgent.create({ host: url, rootKey, verifyQuerySignatures: true });
  const trees: unknown[] = [];
  for (let since = 0; since <= upTo; since++) {
    const arg = encodeChangesSinceRequest(since);
    const answer = await agent.query(REGISTRY_CANISTER_ID.toText(), { methodName: "get_certified_changes_since", arg });
    assert.equal(answer.status, QueryResponseStatus.Replied);
    if (answer.status !== QueryResponseStatus.Replied) break;
    trees.push(decodeRecord(CertifiedResponseSchema, answer.reply.arg, "answer").hashTree);
  }
  return trees;
}

async function inDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "icos-dump-"));
  try {
    await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

void test("loaded into a fresh directory with the same key, a dump serves the same certified content", async () => {
  await using test = await lived();
  const { rootKey } = test.nns;
  const version = await test.client().latestVersion();
  const trees = await hashTrees(test.url, rootKey, version);
  const dump = readDump(await dumpOf(test));
  await inDirectory(async (directory) => {
    await cp(join(test.directory, "root_key.seed"), join(directory, "root_key.seed"));
    const loaded = await loadDump({ directory, dump, init: testInit(), clock: systemClock });
    assert.deepEqual(loaded, { version, replaced: undefined, violations: [] });
    const again = await startNns({ directory, ...modules });
    try {
      assert.deepEqual(await hashTrees(again.url ?? "", rootKey, version), trees);
      const client = new NnsClient({ url: again.url ?? "", rootKey });
      assert.deepEqual((await client.history()).since(0), (await test.client().history()).since(0));
    } finally {
      await again.close();
    }
  });
});

void test("loaded into a registry that went on, it takes the place of what is kept beside it", async () => {
  const test = await lived();
  const text = await dumpOf(test);
  await test.governance.updateUnassignedNodesConfig({ ssh_readonly_access: ["ssh-ed25519 x"] });
  const { directory, nns } = test;
  try {
    await assert.rejects(loadDump({ directory, dump: readDump(text), clock: systemClock }), { code: "nns-database" });
    await nns.close();
    const { version, replaced } = await loadDump({ directory, dump: readDump(text), clock: systemClock });
    assert.deepEqual([version, replaced?.version], [5, 6]);
    assert.ok((await stat(replaced?.backup ?? "")).size > 0);
    const files = await readdir(directory);
    assert.deepEqual(
      files.filter((name) => name.endsWith(".loading")),
      [],
    );
    const again = await startNns({ directory, ...modules });
    const client = new NnsClient({ url: again.url ?? "", rootKey: again.rootKey });
    assert.equal(await client.latestVersion(), 5);
    await again.close();
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

void test("a call that was executed before a load is not executed again after it", async () => {
  await using test = await lived();
  const text = await dumpOf(test);
  const call = await recordCall(test);
  assert.equal(await sendCall(test, call), 200);
  assert.equal(await test.client().latestVersion(), 6);
  await test.stop();
  const { directory } = test;
  await loadDump({ directory, dump: readDump(text), clock: systemClock });
  const again = await startNns({ directory, ...modules });
  try {
    await sendCall({ url: again.url ?? "" }, call);
    const client = new NnsClient({ url: again.url ?? "", rootKey: again.rootKey });
    assert.equal(await client.latestVersion(), 5);
  } finally {
    await again.close();
  }
});

void test("a dump has large values whole, and they are certified as they were", async () => {
  await using test = await testNns();
  const region = "x".repeat(1_500_000);
  await test.client(governance).call("update_node_rewards_table", { new_entries: [[region, { rates: [] }]] });
  const { history } = readDump(await dumpOf(test));
  assert.ok((history.value("node_rewards_table")?.length ?? 0) > region.length);
});

void test("a damaged registry can be restored from a dump", async () => {
  await using test = await lived();
  const dump = readDump(await dumpOf(test));
  await test.stop();
  const { directory } = test;
  await writeFile(join(directory, "registry.sqlite"), "not a database at all".repeat(100));
  const { replaced } = await loadDump({ directory, dump, init: testInit(), clock: systemClock });
  assert.equal(replaced?.version, undefined);
  const again = await startNns({ directory, ...modules });
  await again.close();
});

void test("a dump holds no secret, and decodes the records for people", async () => {
  await using test = await lived();
  const text = await dumpOf(test);
  assert.ok(text.includes(`"node_operator_principal_id":"${principalOf(operator).toText()}"`));
  assert.doesNotMatch(text, /seed|PRIVATE/);
});

void test("a dump that was changed is refused, with what is wrong and where", async () => {
  await using test = await lived();
  const text = await dumpOf(test);
  const refused = (from: string | RegExp, to: string, expected: object): void => {
    const changed = text.replace(from, to);
    assert.ok(changed !== text);
    assert.throws(() => readDump(changed, "dump.json"), expected);
  };
  refused('"node_allowance":4', '"node_allowance":5', {
    code: "dump-invalid",
    message: /record.*not what its bytes say/,
  });
  refused(/"time":"\d/, '"time":"9', { code: "dump-uncertified", place: { file: "dump.json" } });
  refused(/\n {4}\{"version":2,.*\n/, "\n", {
    message: /latestVersion: it says 5, but there are 4.*versions\.1\.version/,
  });
  refused('"formatVersion": 1', '"formatVersion": 2', { code: "dump-invalid", message: /formatVersion/ });
  refused(/"certificate": "d9d9f7/, '"certificate": "d9d9f6', { code: "certificate-malformed" });
  const other = await testNns();
  const theirs = JSON.parse(await dumpOf(other)) as { rootKey: string };
  await other[Symbol.asyncDispose]();
  refused(/"rootKey": ".*"/, `"rootKey": "${theirs.rootKey}"`, { code: "certificate-signature" });
});

void test("a directory of another key, of no key, or without an init file is refused and left as it is", async () => {
  await using test = await lived();
  const dump = readDump(await dumpOf(test));
  await inDirectory(async (directory) => {
    const load = (init?: string) => loadDump({ directory, dump, init, clock: systemClock });
    await assert.rejects(load(testInit()), { code: "load-key-missing" });
    await mkdir(join(directory, "other"));
    await using other = await testNns();
    await cp(join(other.directory, "root_key.seed"), join(directory, "root_key.seed"));
    await assert.rejects(load(testInit()), { code: "load-other-key" });
    await cp(join(test.directory, "root_key.seed"), join(directory, "root_key.seed"));
    await assert.rejects(load(), { code: "nns-init-missing" });
    await assert.rejects(load("{}"), { code: "nns-init-invalid" });
    assert.deepEqual((await readdir(directory)).sort(), ["other", "root_key.seed"]);
  });
});
