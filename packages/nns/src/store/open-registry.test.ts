import assert from "node:assert/strict";
import { chmod, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { request } from "node:http";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { silentLogger, systemClock } from "@icos/system";
import { startNns } from "../index.ts";
import { operator, principalOf, testInit, testNns } from "../../test/nns-fixture.ts";

const modules = { clock: systemClock, logger: silentLogger, listen: { host: "127.0.0.1", port: 0 } } as const;

async function inDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "icos-nns-"));
  try {
    await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** A data directory with three versions, closed. */
async function stored(work: (directory: string) => Promise<void>): Promise<void> {
  const test = await testNns();
  for (const node_allowance of [7n, 8n]) {
    const change = { node_operator_id: principalOf(operator), node_allowance, rewardable_nodes: [] };
    await test.governance.updateNodeOperatorConfig(change);
  }
  await test.nns.close();
  try {
    await work(test.directory);
  } finally {
    await rm(test.directory, { recursive: true, force: true });
  }
}

void test("started again, it has the same key, versions and certified content", async () => {
  await using test = await testNns();
  const change = { node_operator_id: principalOf(operator), node_allowance: 7n, rewardable_nodes: [] };
  await test.governance.updateNodeOperatorConfig(change);
  const before = await test.client().history();
  await using again = await test.restart();
  assert.deepEqual(again.nns.rootKey, test.nns.rootKey);
  assert.deepEqual((await again.client().history()).since(0), before.since(0));
});

void test("an empty directory needs an init file, and one that is right: every wrong field is named", async () => {
  await inDirectory(async (directory) => {
    await assert.rejects(startNns({ directory, ...modules }), { code: "nns-init-missing" });
    const init = JSON.stringify({ governance: "me", operators: [{ allowance: -1 }], extra: 1 });
    await assert.rejects(startNns({ directory, init, ...modules }), (error: Error) => {
      assert.match(error.message, /governance: .*operators\.0\.principal: .*extra/s);
      return true;
    });
    const version = testInit({ unassignedNodes: { replicaVersion: "v9" } });
    await assert.rejects(startNns({ directory, init: version, ...modules }), { code: "invariant-violated" });
  });
});

void test("a changed or missing version is noticed on opening", async () => {
  for (const damage of [
    "UPDATE versions SET content = x'0a00' WHERE version = 2",
    "DELETE FROM versions WHERE version = 2",
    "UPDATE versions SET digest = zeroblob(32) WHERE version = 3",
  ]) {
    await stored(async (directory) => {
      const database = new DatabaseSync(join(directory, "registry.sqlite"));
      database.exec(damage);
      database.close();
      await assert.rejects(startNns({ directory, ...modules }), { code: "nns-database-damaged" });
    });
  }
});

void test("a database of the schema before is brought up to date, one of a later schema is refused", async () => {
  await stored(async (directory) => {
    const change = (sql: string): void => {
      const database = new DatabaseSync(join(directory, "registry.sqlite"));
      database.exec(sql);
      database.close();
    };
    change("DROP TABLE governance_log; DROP TABLE rate_limits; PRAGMA user_version = 1");
    const nns = await startNns({ directory, ...modules });
    await nns.close();
    change("PRAGMA user_version = 99");
    await assert.rejects(startNns({ directory, ...modules }), { code: "nns-database", message: /of schema 99/ });
  });
});

void test("a lost key, and a key that others may read, are refused", async () => {
  await stored(async (directory) => {
    const key = join(directory, "root_key.seed");
    assert.equal((await stat(key)).mode & 0o777, 0o600);
    await chmod(key, 0o644);
    await assert.rejects(startNns({ directory, ...modules }), { code: "nns-secret-unsafe" });
    await rm(key);
    await assert.rejects(startNns({ directory, ...modules }), { code: "nns-key-changed" });
  });
});

void test("two at once in one directory are refused", async () => {
  await using test = await testNns();
  await assert.rejects(startNns({ directory: test.directory, ...modules }), { code: "nns-database" });
});

void test("it serves on a unix socket", async () => {
  await inDirectory(async (directory) => {
    const path = join(directory, "nns.sock");
    const nns = await startNns({ ...modules, directory: join(directory, "data"), init: testInit(), listen: { path } });
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const call = request({ socketPath: path, path: "/api/v2/status", agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      call.on("error", reject).end();
    });
    assert.equal(status, 200);
    await nns.close();
    assert.deepEqual((await readdir(directory)).sort(), ["data"]);
  });
});
