import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { after, before, suite, test } from "node:test";
import * as v from "valibot";
import { testnetStatusSchema, type TestnetStatus } from "@icos/testnet";
import { createIcosCommand, type IcosCommand } from "./testnet/icos-command.ts";
import { readRegistry } from "./testnet/read-registry.ts";

/** The long run that the record asks for sets 20. */
const ROUNDS = Number(process.env["ICOS_KILL_ROUNDS"] ?? 3);
const SEED = Number(process.env["ICOS_KILL_SEED"] ?? 1);
const PATIENCE = ["--timeout", "900"];

const VICTIMS = {
  nns: /programs\/nns|nns\.mjs/,
  qemu: /qemu-system-x86_64 -name/,
  supervisor: /programs\/supervisor|supervisor\.mjs/,
} as const;
type Victim = keyof typeof VICTIMS;

void suite("kill -9 at random moments", () => {
  let icos: IcosCommand;
  let up: TestnetStatus;

  before(async () => {
    icos = await createIcosCommand();
    up = await parseUp("up");
  });
  after(async () => {
    await icos.run("testnet", "down", "killed", "--yes");
    await icos.remove();
  });

  async function parseUp(command: "up" | "resume"): Promise<TestnetStatus> {
    const nodes = command === "up" ? ["--nodes", "1"] : [];
    const text = await icos.must("testnet", command, "killed", ...nodes, "--json", ...PATIENCE);
    return v.parse(testnetStatusSchema, JSON.parse(text));
  }

  void test(`after each of ${ROUNDS} kills the testnet comes back with the same registry and node ids`, async (t) => {
    const random = generator(SEED);
    for (let round = 1; round <= ROUNDS; round++) {
      const victim = (["nns", "qemu", "supervisor"] as const)[(round - 1) % 3] ?? "nns";
      const rootKey = Buffer.from(up.nns.rootKey ?? "", "hex");
      const before = await readRegistry(up.nns.url ?? "", rootKey);
      await new Promise((resolve) => setTimeout(resolve, random() * 10_000));
      const pids = await findVictims(victim, [icos.state, icos.runtime]);
      assert.ok(pids.length > 0, `round ${round}: no ${victim} runs`);
      for (const pid of pids) process.kill(pid, "SIGKILL");
      t.diagnostic(`round ${round}: killed ${victim} (${pids.join(", ")})`);
      await new Promise((resolve) => setTimeout(resolve, random() * 3_000));
      const resumed = await parseUp("resume");
      assert.deepEqual(
        resumed.nodes.map(({ nodeId, healthy }) => [nodeId, healthy]),
        up.nodes.map(({ nodeId }) => [nodeId, true]),
      );
      assert.deepEqual(resumed.nns, up.nns);
      assert.equal((await readRegistry(up.nns.url ?? "", rootKey, before.version)).digest, before.digest);
    }
  });
});

async function findVictims(victim: Victim, directories: readonly string[]): Promise<number[]> {
  const found: number[] = [];
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue;
    const command = (await readFile(`/proc/${entry}/cmdline`, "utf8").catch(() => "")).replaceAll("\0", " ");
    if (VICTIMS[victim].test(command) && directories.some((directory) => command.includes(directory)))
      found.push(Number(entry));
  }
  return found;
}

/** mulberry32: the same moments for the same seed. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
