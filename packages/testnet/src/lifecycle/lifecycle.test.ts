import { test } from "node:test";
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Clock, systemClock } from "@icos/system";
import { findLeftovers, killProcesses } from "../process/leftovers.ts";
import { identifyProcess } from "../process/process-identity.ts";
import { type TestnetDirectories, testnetDirectories } from "../state/directories.ts";
import { type HostImage, readTestnetFile, type TestnetImage } from "../state/testnet-file.ts";
import { defaultTopology } from "../topology/topology.ts";
import { bringUp, type BringUpModules, type BringUpOptions } from "./bring-up.ts";
import { removeTestnet, stopTestnet } from "./end-testnet.ts";
import { listTestnets } from "./list-testnets.ts";
import { findTestnet, supervisorProcess } from "./presence.ts";
import { readStatus } from "./read-status.ts";
import { spawnSupervisor } from "./spawn-supervisor.ts";

const PROGRAM = join(import.meta.dirname, "../supervisor/fake-supervisor.ts");
const UID = process.getuid?.() ?? 0;

const image: TestnetImage = {
  version: "v1",
  variant: "dev",
  rootHash: "a".repeat(64),
  diskImage: { path: "/d" },
  updateImage: { path: "/u", size: 1, sha256: "b".repeat(64) },
};

const hostImage: HostImage = {
  version: "h1",
  variant: "dev",
  rootHash: "c".repeat(64),
  diskImage: { path: "/h" },
  updateImage: { path: "/i", size: 1, sha256: "d".repeat(64) },
};

/** 25 times faster, so that polls do not keep the tests waiting. */
const clock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) => systemClock.sleep(milliseconds / 25, signal),
};

interface Place {
  readonly directories: TestnetDirectories;
  readonly env: NodeJS.ProcessEnv;
  readonly up: (
    options?: Partial<BringUpOptions>,
    modules?: Partial<BringUpModules>,
    fake?: string,
  ) => ReturnType<typeof bringUp>;
}

async function withPlace(work: (place: Place) => Promise<void>): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), "icos-life-"));
  const env = { ICOS_STATE_DIR: root, XDG_RUNTIME_DIR: join(root, "r") };
  const directories = testnetDirectories("life", env, UID);
  try {
    await work({
      directories,
      env,
      up: (options = {}, modules = {}, fake = "") =>
        bringUp(
          { directories, topology: undefined, create: true, ...options },
          {
            prepareImage: async () => image,
            prepareHostImage: async () => hostImage,
            spawnSupervisor: (where, signal) =>
              spawnSupervisor(where, { env: { ...process.env, ...env, FAKE: fake }, signal, program: PROGRAM }),
            measureHost: async () => ({ memoryMiB: 1e6, diskMiB: 1e6 }),
            clock,
            ...modules,
          },
        ),
    });
  } finally {
    await removeTestnet(directories);
    await rm(root, { recursive: true, force: true });
  }
}

const NOTHING = { processes: [], mounts: [], sockets: [] };

void test("up, up again, stop, resume, down: each finds what the one before left", async () => {
  await withPlace(async ({ directories, env, up }) => {
    const created = await up({ topology: defaultTopology(2) });
    assert.equal(created.kind, "created");
    assert.deepEqual(
      created.status.nodes.map((node) => node.state),
      ["healthy", "healthy"],
    );
    assert.equal((await up()).kind, "already-running");
    await assert.rejects(up({ topology: defaultTopology(3) }), { code: "topology-differs" });
    assert.equal((await listTestnets(env, UID))[0]?.healthy, 2);

    assert.equal(await stopTestnet(directories), true);
    assert.deepEqual(await findLeftovers(directories), NOTHING);
    assert.equal((await findTestnet(directories)).kind, "stopped");
    assert.equal((await readStatus(directories)).state, "stopped");
    assert.equal(await stopTestnet(directories), false, "there is nothing more to stop");

    const resumed = await up({ create: false });
    assert.equal(resumed.kind, "resumed");
    assert.deepEqual(
      resumed.status.nodes.map((node) => node.nodeId),
      created.status.nodes.map((node) => node.nodeId),
    );
    assert.equal((await readTestnetFile(directories))?.ports.nns, 4_000);

    await removeTestnet(directories);
    assert.deepEqual(await findLeftovers(directories), NOTHING);
    await assert.rejects(stat(directories.state), { code: "ENOENT" });
    await assert.rejects(up({ create: false }), { code: "no-such-testnet" });
  });
});

void test("after kill -9 of the supervisor its leftovers are ended and the testnet comes back", async () => {
  await withPlace(async ({ directories, up }) => {
    await up({ topology: defaultTopology(1) });
    const before = await supervisorProcess(directories);
    assert.ok(before);
    const machine = Number(await readFile(join(directories.state, "machine.pid"), "utf8"));
    await killProcesses([before]);
    assert.equal((await findTestnet(directories)).kind, "crashed");
    assert.deepEqual(
      (await findLeftovers(directories)).processes.map(({ pid }) => pid),
      [machine],
    );
    assert.equal((await up()).kind, "resumed");
    assert.equal(await identifyProcess(machine), undefined);
    assert.notEqual((await supervisorProcess(directories))?.pid, before.pid);
  });
});

void test("an interrupted up takes back what it made; an interrupted resume keeps the testnet", async () => {
  await withPlace(async ({ directories, up }) => {
    const interrupt = async (): Promise<void> => {
      const controller = new AbortController();
      const attempt = up({ signal: controller.signal, onStatus: () => controller.abort() }, {}, "slow");
      await assert.rejects(attempt, (error: unknown) => error instanceof Error && error.name === "AbortError");
      assert.deepEqual(await findLeftovers(directories), NOTHING);
    };
    await interrupt();
    await assert.rejects(stat(directories.state), { code: "ENOENT" });
    await up({ topology: defaultTopology(1) });
    await stopTestnet(directories);
    await interrupt();
    assert.equal((await findTestnet(directories)).kind, "stopped");
  });
});

void test("a bring-up that fails says why, runs nothing and keeps the logs", async () => {
  await withPlace(async ({ directories, up }) => {
    await assert.rejects(up({}, {}, "no-modules"), { code: "no-tools", next: "Get some." });
    assert.deepEqual(await findLeftovers(directories), NOTHING);
    assert.match(await readFile(directories.supervisorLog, "utf8"), /There are no tools/);
    await assert.rejects(up({}, {}, "stuck"), { code: "internal", message: "never" });
    assert.equal((await findTestnet(directories)).kind, "stopped");
    assert.deepEqual(await findLeftovers(directories), NOTHING);
  });
});

void test("what does not fit or cannot be built leaves no trace", async () => {
  await withPlace(async ({ directories, up }) => {
    await assert.rejects(up({}, { measureHost: async () => ({ memoryMiB: 1, diskMiB: 1e6 }) }), {
      code: "does-not-fit",
    });
    await assert.rejects(up({}, { prepareImage: () => Promise.reject(new Error("no image")) }), {
      message: "no image",
    });
    await assert.rejects(stat(directories.state), { code: "ENOENT" });
  });
});

void test("two commands do not bring the same testnet up at once", async () => {
  await withPlace(async ({ up }) => {
    const building = Promise.withResolvers<TestnetImage>();
    const first = up({ topology: defaultTopology(1) }, { prepareImage: () => building.promise });
    await delay(50);
    await assert.rejects(up(), { code: "already-coming-up" });
    building.resolve(image);
    assert.equal((await first).kind, "created");
  });
});
