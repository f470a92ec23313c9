import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { Clock } from "@icos/system";
import { startNnsChild, type NnsChildOptions, type NnsReady } from "./nns-child.ts";

/** A shell stands for the NNS: what matters here is when it is ready and how it ends. */
const READY = `echo noise; echo '{"ready":true,"rootKey":"30aa"}'; exec sleep 600`;

async function prepare(context: TestContext, script: string) {
  const directory = await mkdtemp(join(tmpdir(), "nns-"));
  context.after(() => rm(directory, { recursive: true }));
  const exits: string[] = [];
  const sleeps: number[] = [];
  const waiting: ((ready: NnsReady) => void)[] = [];
  const clock: Clock = {
    now: () => 0,
    sleep: (milliseconds) => Promise.resolve(void sleeps.push(milliseconds)),
  };
  const options: NnsChildOptions = {
    command: ["sh", "-c", script],
    pidFile: join(directory, "nns.pid"),
    logFile: join(directory, "nns.log"),
    startTimeoutMs: 20_000,
    onExit: (how) => exits.push(how),
    onReady: (ready) => waiting.shift()?.(ready),
    clock,
  };
  const nextReady = (): Promise<NnsReady> => new Promise((resolve) => waiting.push(resolve));
  return { options, exits, sleeps, nextReady };
}

void test("A killed NNS is restarted with growing delays until it is stopped.", async (context) => {
  const { options, exits, sleeps, nextReady } = await prepare(context, READY);
  const child = await startNnsChild(options);
  context.after(() => child.stop());
  assert.equal(child.first.rootKey, "30aa");
  let { pid } = child.first;
  assert.equal(await readFile(options.pidFile, "utf8"), `${pid}\n`);
  for (const delay of [250, 500, 1_000]) {
    const ready = nextReady();
    process.kill(pid, "SIGKILL");
    const again = await ready;
    assert.notEqual(again.pid, pid);
    assert.equal(sleeps.at(-1), delay);
    ({ pid } = again);
    assert.equal(await readFile(options.pidFile, "utf8"), `${pid}\n`);
  }
  await child.stop();
  assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
  await assert.rejects(readFile(options.pidFile), { code: "ENOENT" });
  assert.deepEqual(exits, Array(3).fill("was ended by SIGKILL"));
});

void test("An NNS that cannot start at first is an error with what it said.", async (context) => {
  const failing = await prepare(context, "echo the disk is full >&2; exit 3");
  await assert.rejects(startNnsChild(failing.options), (error: { code?: string; message?: string }) => {
    assert.equal(error.code, "nns-not-started");
    assert.match(error.message ?? "", /exited with 3/);
    assert.match(error.message ?? "", /the disk is full/);
    return true;
  });
  assert.deepEqual(failing.exits, []);
});

void test("An NNS that never gets ready is ended.", async (context) => {
  const { options } = await prepare(context, "exec sleep 600");
  await assert.rejects(startNnsChild({ ...options, startTimeoutMs: 100 }), /was not ready within 100 ms/);
  const pid = Number(await readFile(options.pidFile, "utf8"));
  assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
});
