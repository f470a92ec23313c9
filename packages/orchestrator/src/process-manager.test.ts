import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { test } from "node:test";
import { IcosError, silentLogger, systemClock, type Clock } from "@icos/system";
import {
  DEFAULT_PROCESS_OPTIONS,
  ProcessManager,
  startProcess,
  type GroupProcess,
  type ProcessEnd,
} from "./process-manager.ts";
import { VirtualClock } from "@icos/system/virtual-clock";

interface FakeProcess extends GroupProcess {
  readonly signals: NodeJS.Signals[];
  end(end?: Partial<ProcessEnd>): void;
}

function fakeStarter(options: { readonly endsOn?: NodeJS.Signals } = {}): {
  readonly started: FakeProcess[];
  start(command: readonly string[]): Promise<GroupProcess>;
} {
  const started: FakeProcess[] = [];
  return {
    started,
    async start() {
      const { promise, resolve } = Promise.withResolvers<ProcessEnd>();
      const signals: NodeJS.Signals[] = [];
      const end = (how: Partial<ProcessEnd> = {}): void => resolve({ code: null, signal: null, ...how });
      const fake: FakeProcess = {
        pid: 1000 + started.length,
        ended: promise,
        signals,
        end,
        signalGroup(signal) {
          signals.push(signal);
          if (signal === (options.endsOn ?? "SIGTERM")) end({ signal });
        },
      };
      started.push(fake);
      return fake;
    },
  };
}

const managed = (starter: ReturnType<typeof fakeStarter>, clock: Clock): ProcessManager =>
  new ProcessManager(DEFAULT_PROCESS_OPTIONS, {
    start: (command) => starter.start(command),
    clock,
    logger: silentLogger,
  });

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

void test("a process that ended by itself is started again after a back-off that doubles and is capped", async () => {
  const clock = new VirtualClock();
  const starter = fakeStarter();
  const manager = managed(starter, clock);
  const waits: (number | undefined)[] = [];
  for (let crash = 0; crash < 9; crash += 1) {
    await manager.ensure(["replica"]);
    assert.equal(manager.pid, 1000 + crash);
    starter.started.at(-1)?.end({ code: 1 });
    await settle();
    waits.push(manager.retryIn);
    await manager.ensure(["replica"]);
    assert.equal(starter.started.length, crash + 1, "not before the back-off has passed");
    clock.advance(manager.retryIn ?? 0);
  }
  assert.deepEqual(waits, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
});

void test("a process that ran for long enough starts again with the first back-off", async () => {
  const clock = new VirtualClock();
  const starter = fakeStarter();
  const manager = managed(starter, clock);
  for (const ranFor of [0, 0, DEFAULT_PROCESS_OPTIONS.healthyAfter]) {
    await manager.ensure(["replica"]);
    clock.advance(ranFor);
    starter.started.at(-1)?.end();
    await settle();
    if (ranFor === 0) clock.advance(manager.retryIn ?? 0);
  }
  assert.equal(manager.retryIn, 1000);
});

void test("another command replaces the one that runs and does not wait for a back-off", async () => {
  const clock = new VirtualClock();
  const starter = fakeStarter();
  const manager = managed(starter, clock);
  await manager.ensure(["replica", "a"]);
  await manager.ensure(["replica", "a"]);
  assert.equal(starter.started.length, 1);
  await manager.ensure(["replica", "b"]);
  assert.deepEqual(starter.started[0]?.signals.slice(0, 1), ["SIGTERM"]);
  assert.equal(manager.pid, 1001);
  starter.started[1]?.end();
  await settle();
  await manager.ensure(["replica", "a"]);
  assert.equal(manager.pid, 1002);
});

void test("a process that ignores SIGTERM gets SIGKILL at the deadline, not earlier", async () => {
  const clock = new VirtualClock();
  const starter = fakeStarter({ endsOn: "SIGKILL" });
  const manager = managed(starter, clock);
  await manager.ensure(["replica"]);
  const stopped = manager.stop();
  await settle();
  clock.advance(DEFAULT_PROCESS_OPTIONS.stopDeadline - 1);
  await settle();
  assert.deepEqual(starter.started[0]?.signals, ["SIGTERM"]);
  clock.advance(1);
  await stopped;
  assert.deepEqual(starter.started[0]?.signals.slice(0, 2), ["SIGTERM", "SIGKILL"]);
  assert.equal(manager.pid, undefined);
  assert.equal(manager.retryIn, undefined, "what was stopped is not started again");
});

void test("a program that cannot be started is reported and waits like one that crashed", async () => {
  const clock = new VirtualClock();
  const manager = new ProcessManager(DEFAULT_PROCESS_OPTIONS, { start: startProcess, clock, logger: silentLogger });
  const failing = (error: unknown): boolean => error instanceof IcosError && error.code === "process-not-started";
  await assert.rejects(manager.ensure(["/nonexistent/replica"]), failing);
  await manager.ensure(["/nonexistent/replica"]);
  clock.advance(1000);
  await assert.rejects(manager.ensure(["/nonexistent/replica"]), failing);
  assert.equal(manager.retryIn, 2000);
});

void test("stopping ends the whole process group, also children that the process left behind", async () => {
  const clock = systemClock;
  const manager = new ProcessManager(
    { ...DEFAULT_PROCESS_OPTIONS, stopDeadline: 200 },
    { start: startProcess, clock, logger: silentLogger },
  );
  // A shell that ignores SIGTERM and whose child ignores it, too.
  const script = `trap "" TERM; sleep 1000 & echo $! > "$0"; wait; while :; do sleep 1; done`;
  const directory = await mkdtemp("/tmp/process-manager-");
  try {
    const pidFile = `${directory}/child`;
    await manager.ensure(["/bin/sh", "-c", script, pidFile]);
    const leader = manager.pid ?? 0;
    const child = await eventually(async () => Number(await readFile(pidFile, "utf8")));
    assert.ok(isAlive(leader) && isAlive(child));
    await manager.stop();
    await eventually(async () => (isAlive(leader) || isAlive(child) ? undefined : 1));
  } finally {
    await rm(directory, { recursive: true });
  }
});

void test("children of a process that crashed do not outlive it", async () => {
  const manager = new ProcessManager(DEFAULT_PROCESS_OPTIONS, {
    start: startProcess,
    clock: new VirtualClock(),
    logger: silentLogger,
  });
  const directory = await mkdtemp("/tmp/process-manager-");
  try {
    await manager.ensure(["/bin/sh", "-c", `sleep 1000 & echo $! > "$0"; exit 3`, `${directory}/child`]);
    const child = await eventually(async () => Number(await readFile(`${directory}/child`, "utf8")));
    await eventually(async () => (isAlive(child) ? undefined : 1));
    assert.equal(manager.pid, undefined);
  } finally {
    await rm(directory, { recursive: true });
  }
});

/** A zombie (its parent did not wait for it yet) is not alive. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}

/** The first value that is neither undefined nor zero; gives up after ten seconds. */
async function eventually(attempt: () => Promise<number | undefined>): Promise<number> {
  for (let tries = 0; tries < 500; tries += 1) {
    const value = await attempt().catch(() => undefined);
    if (value !== undefined && value !== 0) return value;
    await systemClock.sleep(20);
  }
  throw new Error("It did not happen.");
}
