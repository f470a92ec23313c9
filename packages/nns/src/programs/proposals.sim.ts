import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { NodeOperatorRecordSchema, readRecord, registryKey } from "@icos/registry";
import { NnsClient, ProposalsClient } from "../index.ts";
import { governance, operator, principalOf, testInit } from "../../test/nns-fixture.ts";
import { type Running, startProgram } from "../../test/nns-program.ts";

const ROUNDS = 6;
const key = registryKey.nodeOperatorRecord(principalOf(operator));

/** Proposes ever higher allowances until the program is killed; notes what it was told. */
async function propose({ url, rootKey }: Running, from: number, told: Told): Promise<void> {
  const proposals = new ProposalsClient(new NnsClient({ url, rootKey, identity: governance }));
  for (let value = from; ; value++) {
    try {
      const change = { node_operator_id: principalOf(operator), node_allowance: BigInt(value), rewardable_nodes: [] };
      const { id } = await proposals.submit("update_node_operator_config", change, { title: String(value) });
      told.submitted.push(value);
      const { state } = await proposals.adopt(id);
      if (state.kind === "executed") told.executed.push(value);
    } catch {
      return; // killed
    }
  }
}

interface Told {
  readonly submitted: number[];
  readonly executed: number[];
}

void test("killed at any moment, the program executes what was adopted exactly once", async () => {
  const directory = await mkdtemp(join(tmpdir(), "icos-proposals-"));
  const init = join(directory, "init.json");
  await writeFile(init, testInit());
  const told: Told = { submitted: [], executed: [] };
  try {
    for (let round = 0; round <= ROUNDS; round++) {
      const running = await startProgram(directory, init);
      try {
        await check(running, told);
        if (round === ROUNDS) break;
        const proposing = propose(running, 1000 * (round + 1), told);
        const enough = told.executed.length + 2;
        const ended = proposing.then(() => true);
        while (told.executed.length < enough)
          if (await Promise.race([ended, delay(5, false)])) assert.fail("A proposal was refused.");
        await delay(Math.random() * 100); // anywhere within the next ones
        running.child.kill("SIGKILL");
        await proposing;
      } finally {
        running.child.kill("SIGKILL");
        await running.exited;
      }
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

async function check({ url, rootKey }: Running, told: Told): Promise<void> {
  const client = new NnsClient({ url, rootKey });
  const history = await client.history();
  const stored = history.keyHistory(key).map(({ version }) => {
    const view = { get: (name: string) => history.value(name, version) };
    return { version, value: Number(readRecord(view, NodeOperatorRecordSchema, key)?.nodeAllowance) };
  });
  const proposals = [];
  const reader = new ProposalsClient(client);
  for (let before: number | undefined; ; before = proposals.at(-1)?.id) {
    const page = await reader.list(100, before);
    if (page.length === 0) break;
    proposals.push(...page);
  }
  const titles = proposals.map(({ title }) => Number(title));
  assert.deepEqual(
    told.submitted.filter((value) => !titles.includes(value)),
    [],
    "an acknowledged submission is kept",
  );
  const executed = proposals.flatMap(({ title, state }) => (state.kind === "executed" ? [{ title, state }] : []));
  const made = executed.map(({ title, state }) => ({ version: Number(state.version), value: Number(title) }));
  // The first version is the registry's own; every other one is of one proposal, and every execution made one.
  assert.deepEqual(made.toReversed(), stored.slice(1));
  assert.deepEqual(
    told.executed.filter((value) => !made.some((each) => each.value === value)),
    [],
    "an acknowledged execution is kept",
  );
  assert.deepEqual(
    proposals.filter(({ state }) => state.kind === "adopted" || state.kind === "failed"),
    [],
    "nothing stays adopted after a start",
  );
}
