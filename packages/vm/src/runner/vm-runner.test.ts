import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { SpawnCommand } from "@icos/system";
import type { MachineDefinition } from "../machine/definition.ts";
import { QEMU_PROGRAM } from "../machine/render-qemu.ts";
import { testDirectory } from "../testing/directory.ts";
import { isAlive } from "../testing/is-alive.ts";
import { createVmRunner, type VmRunner } from "./vm-runner.ts";
import type { RestartPolicy } from "./restart-policy.ts";
import type { VmState } from "./vm-state.ts";

const FAKE = join(import.meta.dirname, "../testing/fake-qemu.ts");
/** Puts the fake in QEMU's place and keeps what is in front of it: the locks and the link to the parent's life. */
const wrap: SpawnCommand = (command) => {
  const at = command.indexOf(QEMU_PROGRAM);
  return [...command.slice(0, at), process.execPath, FAKE, ...command.slice(at + 1)];
};

const directory = testDirectory();
let machines = 0;

interface Fixture {
  readonly runner: VmRunner;
  readonly states: VmState[];
  /** Settles when a state of the kind is reached after those seen so far. */
  readonly reach: (kind: VmState["kind"], count?: number) => Promise<VmState>;
}

/** A machine whose n-th boot behaves as the n-th scenario says, and then as the last. */
function makeMachine(
  scenarios: readonly string[],
  restart: Partial<RestartPolicy> = {},
  disk?: string,
  commit?: () => Promise<void>,
): Fixture {
  const name = `m${++machines}`;
  const file = disk ?? join(directory, `${name}.raw`);
  writeFileSync(file, "");
  const path = (end: string): string => join(directory, `${name}.${end}`);
  const definition = (scenario: string): MachineDefinition => ({
    name,
    uuid: "7f0c9e1e-5d7c-4b3e-9a0b-2f6f3f0d7a11",
    memoryMiB: 64,
    vcpus: 1,
    accelerator: { kind: "tcg" },
    boot: { kind: "direct", kernel: "/k", initrd: "/i", commandLine: scenario },
    disks: [{ file, format: "raw" }],
    networkCards: [],
    serialLog: path("log"),
    serialSocket: path("serial"),
    qmpSocket: path("qmp"),
  });
  const states: VmState[] = [];
  const waiting: { kind: string; count: number; resolve: (state: VmState) => void }[] = [];
  let boot = 0;
  const runner = createVmRunner(
    {
      name,
      prepare() {
        const made = definition(scenarios[Math.min(boot++, scenarios.length - 1)] ?? "");
        return Promise.resolve(commit === undefined ? made : { definition: made, commit });
      },
      restart: { initialDelayMs: 10, ...restart },
      observe(state) {
        states.push(state);
        for (const each of waiting) if (each.kind === state.kind && --each.count === 0) each.resolve(state);
      },
    },
    { wrap },
  );
  return {
    runner,
    states,
    reach(kind, count = 1) {
      const { promise, resolve } = Promise.withResolvers<VmState>();
      waiting.push({ kind, count, resolve });
      return promise;
    },
  };
}

const kinds = (states: readonly VmState[]): string[] => states.map(({ kind }) => kind);

void test("a machine starts, says how it is, and is powered down", async () => {
  const { runner, states } = makeMachine([""]);
  await runner.start();
  const { state, boots, qemu } = await runner.status();
  assert.deepEqual([state.kind, boots, qemu], ["running", 1, "running"]);
  const pid = state.kind === "running" ? state.pid : 0;
  assert.equal(await runner.stop({ deadlineMs: 10_000 }), "powered-down");
  assert.equal(isAlive(pid), false);
  assert.deepEqual(kinds(states), ["starting", "running", "stopping", "stopped"]);
  assert.deepEqual(runner.state, { kind: "stopped", exit: { kind: "poweroff" } });
  assert.equal(await runner.stop({ deadlineMs: 10_000 }), "already-stopped");
});

void test("a guest that does not listen is ended at the deadline", async () => {
  const deaf = makeMachine(["ignore-powerdown"]);
  await deaf.runner.start();
  assert.equal(await deaf.runner.stop({ deadlineMs: 50 }), "quit");
});

void test("kill ends a machine at once, also during a stop", async () => {
  const { runner } = makeMachine(["ignore-powerdown ignore-quit"]);
  await runner.start();
  const stopping = runner.stop({ deadlineMs: 60_000 });
  await runner.kill();
  assert.equal(await stopping, "crashed");
  assert.equal(runner.state.kind, "stopped");
});

void test("a reboot of the guest starts QEMU again after a new look at the disk", async () => {
  const { runner, states, reach } = makeMachine(["reboot", ""]);
  const running = reach("running", 2);
  await runner.start();
  await running;
  assert.equal((await runner.status()).boots, 2);
  await runner.stop({ deadlineMs: 10_000 });
  assert.deepEqual(kinds(states), ["starting", "running", "starting", "running", "stopping", "stopped"]);
});

void test("reset boots the machine anew even when reboots are to stop it", async () => {
  const { runner, reach } = makeMachine([""], { onReboot: "stop" });
  await runner.start();
  const again = reach("running");
  await runner.reset();
  await again;
  assert.equal((await runner.status()).boots, 2);
  await runner.stop({ deadlineMs: 10_000 });
  await assert.rejects(runner.reset(), { code: "machine-not-running" });
});

void test("a machine that switches itself off stays off and can be started again", async () => {
  const { runner, reach } = makeMachine(["poweroff", ""]);
  const stopped = reach("stopped");
  await runner.start();
  assert.deepEqual(await stopped, { kind: "stopped", exit: { kind: "poweroff" } });
  await runner.start();
  assert.equal(runner.state.kind, "running");
  await runner.kill();
});

void test("crashes and panics are restarted with their reason known", async () => {
  const { runner, states, reach } = makeMachine(["crash", "panic", "fail", ""]);
  const running = reach("running", 3);
  await runner.start();
  await running;
  const reasons = states.flatMap((state) => (state.kind === "crashed" ? [state.reason] : []));
  assert.match(reasons[0] ?? "", /SIGSEGV/);
  assert.match(reasons[1] ?? "", /the guest panicked/);
  assert.match(reasons[2] ?? "", /exited with 1: qemu-system-x86_64: something is wrong/);
  assert.equal((await runner.status()).boots, 4);
  await runner.stop({ deadlineMs: 10_000 });
});

void test("a machine killed from outside comes back", async () => {
  const { runner, reach } = makeMachine([""]);
  await runner.start();
  const again = reach("running");
  const state = runner.state;
  assert.equal(state.kind, "running");
  if (state.kind === "running") process.kill(state.pid, "SIGKILL");
  await again;
  await runner.stop({ deadlineMs: 10_000 });
});

void test("what a boot changes is stored when QEMU has made the machine, before the guest runs, once for each boot", async () => {
  const commits: string[] = [];
  const { runner, reach } = makeMachine(["reboot", ""], {}, undefined, () => {
    commits.push(runner.state.kind);
    return Promise.resolve();
  });
  const running = reach("running", 2);
  await runner.start();
  await running;
  assert.deepEqual(commits, ["starting", "starting"]);
  await runner.stop({ deadlineMs: 10_000 });

  const early = makeMachine(["fail"], {}, undefined, () => Promise.reject(new Error("must not be called")));
  await assert.rejects(early.runner.start(), { code: "machine-not-started" });
});

void test("a guest whose boot cannot be stored does not run", async () => {
  const { runner, states } = makeMachine([""], {}, undefined, () => Promise.reject(new Error("the disk is full")));
  await assert.rejects(runner.start(), { message: "the disk is full" });
  assert.deepEqual(kinds(states), ["starting", "crashed"]);
});

void test("a first boot that fails is reported and not tried again", async () => {
  const { runner } = makeMachine(["fail"]);
  await assert.rejects(runner.start(), { code: "machine-not-started", message: /something is wrong/ });
  assert.equal(runner.state.kind, "crashed");
  assert.equal((await runner.status()).boots, 1);
});

void test("two machines never run on one disk", async () => {
  const disk = join(directory, "shared.raw");
  const first = makeMachine([""], {}, disk);
  const second = makeMachine([""], {}, disk);
  await first.runner.start();
  await assert.rejects(second.runner.start(), { code: "disk-in-use" });
  await first.runner.stop({ deadlineMs: 10_000 });
  await second.runner.start();
  await second.runner.stop({ deadlineMs: 10_000 });
});

void test("a stop during the start and during the wait for a restart leaves nothing", async () => {
  const starting = makeMachine([""]);
  const started = assert.rejects(starting.runner.start(), { code: "machine-stopped" });
  await starting.runner.stop({ deadlineMs: 10_000 });
  await started;
  assert.equal(starting.runner.state.kind, "stopped");

  const waiting = makeMachine(["crash"], { initialDelayMs: 3_600_000 });
  const crashed = waiting.reach("crashed");
  await waiting.runner.start();
  await crashed;
  assert.equal(await waiting.runner.stop({ deadlineMs: 10_000 }), "already-stopped");
  assert.equal(waiting.runner.state.kind, "stopped");
});

void test("a USB device is plugged in once and taken back once, and what is not there cannot be taken", async () => {
  const { runner } = makeMachine([""]);
  const key = { vendorId: 0x0a0, productId: 0x4230 };
  await assert.rejects(runner.plugUsb(key), { code: "machine-not-running" });
  await runner.start();
  const notThere = { code: "usb-not-plugged", message: /^Machine m\d+ has no USB device 00a0:4230 of the host\.$/ };
  await assert.rejects(runner.unplugUsb(key), notThere);
  await runner.plugUsb(key);
  await runner.plugUsb(key);
  await runner.unplugUsb(key);
  await assert.rejects(runner.unplugUsb(key), notThere);
  await runner.stop({ deadlineMs: 10_000 });
});
