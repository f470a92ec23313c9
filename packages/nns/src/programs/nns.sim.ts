import assert from "node:assert/strict";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { NodeOperatorRecordSchema, readRecord, registryKey } from "@icos/registry";
import { GovernanceClient, NnsClient } from "../index.ts";
import { governance, operator, principalOf, testInit } from "../../test/nns-fixture.ts";
import { type Running, startProgram } from "../../test/nns-program.ts";

const ROUNDS = 6;
const key = registryKey.nodeOperatorRecord(principalOf(operator));

/** Sets the operator's allowance to ever higher numbers, and calls `acknowledged` with each that was replied to. */
async function write(running: Running, from: number, acknowledged: (value: number) => void): Promise<void> {
  const client = new GovernanceClient(
    new NnsClient({ url: running.url, rootKey: running.rootKey, identity: governance }),
  );
  for (let value = from; ; value++) {
    try {
      const change = { node_operator_id: principalOf(operator), node_allowance: BigInt(value), rewardable_nodes: [] };
      await client.updateNodeOperatorConfig(change);
    } catch {
      return; // killed
    }
    acknowledged(value);
  }
}

void test("killed at any moment, the program loses no acknowledged mutation and keeps its key", async () => {
  const directory = await mkdtemp(join(tmpdir(), "icos-nns-"));
  const init = join(directory, "init.json");
  await writeFile(init, testInit());
  const acknowledged: number[] = [];
  let next = 1000;
  let rootKey: Uint8Array | undefined;
  try {
    for (let round = 0; round <= ROUNDS; round++) {
      const running = await startProgram(directory, init);
      try {
        rootKey ??= running.rootKey;
        assert.deepEqual(running.rootKey, rootKey);
        const history = await new NnsClient({ url: running.url, rootKey }).history();
        const stored = history.keyHistory(key).map(({ version }) => {
          const view = { get: (name: string) => history.value(name, version) };
          return Number(readRecord(view, NodeOperatorRecordSchema, key)?.nodeAllowance);
        });
        assert.deepEqual(
          acknowledged.filter((value) => !stored.includes(value)),
          [],
        );
        if (round === ROUNDS) break;
        const writing = write(running, next, (value) => acknowledged.push(value));
        await delay(100 + Math.random() * 400);
        running.child.kill("SIGKILL");
        await writing;
        next += 1000;
      } finally {
        running.child.kill("SIGKILL");
        await running.exited;
      }
    }
    assert.ok(acknowledged.length > ROUNDS, `only ${acknowledged.length} mutations were acknowledged`);
    assert.equal((await stat(join(directory, "data", "root_key.seed"))).mode & 0o777, 0o600);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

void test("SIGTERM ends the program with 0", async () => {
  const directory = await mkdtemp(join(tmpdir(), "icos-nns-"));
  try {
    const init = join(directory, "init.json");
    await writeFile(init, testInit());
    const running = await startProgram(directory, init);
    running.child.kill("SIGTERM");
    assert.deepEqual(await running.exited, [0, null]);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
