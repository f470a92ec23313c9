import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLogger } from "@icos/system";
import type { Membership } from "./assignment.ts";
import { AssignmentTask } from "./assignment-task.ts";
import { createOrchestratorMetrics } from "./orchestrator-metrics.ts";
import { DEFAULT_PROCESS_OPTIONS, ProcessManager, type GroupProcess, type ProcessEnd } from "./process-manager.ts";
import { VirtualClock } from "@icos/system/virtual-clock";

const VERSION = "v1";
const UNASSIGNED: Membership = { registered: true, subnetId: undefined, replicaVersion: VERSION };
const member = (subnetId: string, replicaVersion = VERSION): Membership => ({
  registered: true,
  subnetId,
  replicaVersion,
});

/** A node whose registry is `registry` and whose processes are noted in `events`. */
class FakeNode {
  registry: Membership | Error = UNASSIGNED;
  readonly clock = new VirtualClock();
  readonly events: string[] = [];
  readonly metrics = createOrchestratorMetrics();
  crash: (() => void) | undefined;
  readonly #running = new Set<string>();

  readonly task = new AssignmentTask(VERSION, {
    membership: () => {
      if (this.registry instanceof Error) throw this.registry;
      return this.registry;
    },
    replicaCommand: (subnetId) => ["replica", subnetId],
    replica: new ProcessManager(DEFAULT_PROCESS_OPTIONS, {
      start: (command) => this.#start(command),
      clock: this.clock,
      logger: silentLogger,
    }),
    console: { line: (text) => void this.events.push(text) },
    logger: silentLogger,
    metrics: this.metrics,
  });

  async #start([, subnet = ""]: readonly string[]): Promise<GroupProcess> {
    assert.equal(this.#running.size, 0, "one replica at most");
    this.#running.add(subnet);
    this.events.push(`start ${subnet}`);
    const { promise, resolve } = Promise.withResolvers<ProcessEnd>();
    const end = (): void => {
      if (this.#running.delete(subnet)) this.events.push(`end ${subnet}`);
      resolve({ code: null, signal: null });
    };
    this.crash = end;
    return { pid: 1, ended: promise, signalGroup: (signal) => (signal === "SIGTERM" ? end() : undefined) };
  }

  async check(registry: Membership | Error = this.registry): Promise<string[]> {
    this.registry = registry;
    await this.task.check();
    return this.events.splice(0);
  }
}

void test("the replica starts when a subnet lists the node and stops when none does", async () => {
  const node = new FakeNode();
  assert.deepEqual(await node.check(), ["The node is unassigned."]);
  assert.deepEqual(await node.check(member("a")), ["The node is assigned to subnet a.", "start a"]);
  assert.deepEqual(await node.check(), []);
  assert.deepEqual(await node.check(UNASSIGNED), [
    "The node is leaving subnet a. Do not switch it off: this may take up to 15 minutes.",
    "end a",
    "The node has left subnet a and is unassigned. It may be switched off.",
  ]);
  assert.deepEqual(await node.check({ ...UNASSIGNED, registered: false }), [
    "The node has been removed from the registry.",
  ]);
});

void test("a node that moves to another subnet runs one replica at a time", async () => {
  const node = new FakeNode();
  await node.check(member("a"));
  assert.deepEqual(await node.check(member("b")), ["The node is assigned to subnet b.", "end a", "start b"]);
});

void test("a registry that cannot be read changes nothing, and the failures are counted until one check succeeds", async () => {
  const node = new FakeNode();
  await node.check(member("a"));
  const failures = (): string | undefined =>
    /^orchestrator_failed_consecutive_upgrade_checks_total (\d+)$/m.exec(node.metrics.render())?.[1];
  assert.deepEqual(await node.check(new Error("corrupt")), []);
  await node.check();
  assert.equal(failures(), "2");
  assert.deepEqual(node.task.assignment, { kind: "assigned", subnetId: "a" });
  assert.deepEqual(await node.check(member("a")), []);
  assert.equal(failures(), "0");
});

void test("another version is announced once, counted once and keeps a replica from starting", async () => {
  const node = new FakeNode();
  const announcement = "The registry asks for version v2; version v1 runs. Upgrades are not supported yet.";
  assert.deepEqual(await node.check(member("a", "v2")), [announcement, "The node is assigned to subnet a."]);
  assert.deepEqual(await node.check(), []);
  assert.equal(node.task.wantedUpgrade, "v2");
  assert.match(
    node.metrics.render(),
    /^orchestrator_replica_version_upgrade_prevented_total\{version="v2",reason="upgrade_not_supported"\} 1$/m,
  );
  assert.deepEqual(await node.check(member("a")), ["start a"]);
  assert.deepEqual(await node.check(member("a", "v2")), [announcement], "the one that runs goes on");
});

void test("a replica that crashed is started again by a later check, with the back-off of the process manager", async () => {
  const node = new FakeNode();
  await node.check(member("a"));
  node.crash?.();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(await node.check(), ["end a"]);
  node.clock.advance(1000);
  assert.deepEqual(await node.check(), ["start a"]);
});
