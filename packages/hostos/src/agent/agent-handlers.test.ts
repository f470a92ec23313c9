import assert from "node:assert/strict";
import { mkdtempDisposable, readdir, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { silentLogger } from "@icos/system";
import { VirtualClock } from "@icos/system/virtual-clock";
import { handleCommand, NO_PAYLOAD, type Command, type Payload } from "@icos/vsock";
import { agentHandlers } from "./agent-handlers.ts";
import { readGuestHealth } from "./guest-health.ts";
import type { Hsm } from "./hsm.ts";
import { Notices } from "./notices.ts";

interface Agent {
  readonly ask: (command: Command) => Promise<Payload>;
  /** What was done, in order. */
  readonly done: readonly string[];
  readonly clock: VirtualClock;
  readonly healthFile: string;
}

async function withAgent(hsm: (note: (what: string) => void) => Hsm, body: (agent: Agent) => Promise<void>) {
  await using directory = await mkdtempDisposable(join(tmpdir(), "agent-"));
  const stop = new AbortController();
  const clock = new VirtualClock();
  const done: string[] = [];
  const note = (what: string): void => void done.push(what);
  const versionFile = join(directory.path, "version.txt");
  const healthFile = join(directory.path, "run/guest-health.json");
  await writeFile(versionFile, "0.1.0\n");
  const handlers = agentHandlers({
    notices: new Notices({
      screens: { show: async (...lines) => note(`say ${lines.join("|")}`) },
      recoveryLock: join(directory.path, "manual-recovery"),
      clock,
      logger: silentLogger,
      signal: stop.signal,
    }),
    hsm: hsm(note),
    upgrade: async ({ url, sha256 }) => note(`upgrade ${url} ${sha256}`),
    act: async (action) => note(action),
    clock,
    versionFile,
    healthFile,
  });
  const ask = (command: Command): Promise<Payload> => handleCommand(handlers, command, stop.signal);
  try {
    await body({ ask, done, clock, healthFile });
  } finally {
    stop.abort();
  }
}

const usableHsm = (note: (what: string) => void): Hsm => ({
  attach: async () => note("attach"),
  detach: async () => note("detach"),
});

void test("Each command does what it says.", () =>
  withAgent(usableHsm, async ({ ask, done }) => {
    const sha256 = "ab".repeat(32);
    assert.deepEqual(await ask({ kind: "attach-hsm" }), NO_PAYLOAD);
    assert.deepEqual(await ask({ kind: "detach-hsm" }), NO_PAYLOAD);
    assert.deepEqual(await ask({ kind: "start-upgrade-guest-vm" }), NO_PAYLOAD);
    const upgrade = { url: "https://a/b", "target-hash": sha256 };
    assert.deepEqual(await ask({ kind: "upgrade", arguments: upgrade }), NO_PAYLOAD);
    assert.deepEqual(await ask({ kind: "GetHostOSVersion" }), { kind: "HostOSVersion", version: "0.1.0" });
    assert.deepEqual(await ask({ kind: "GetVsockProtocol" }), {
      kind: "HostOSVsockVersion",
      version: { major: 1, minor: 0, patch: 0 },
    });
    assert.deepEqual(await ask({ kind: "notify", arguments: { count: 1, message: "Hello\nthere" } }), NO_PAYLOAD);
    while (done.length < 5) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(done, [
      "attach",
      "detach",
      "restart-upgrade-guestos",
      `upgrade https://a/b ${sha256}`,
      "say Hello|there",
    ]);
  }));

void test("The guest's last report is in the file, with the host's time, and everybody may read it.", () =>
  withAgent(usableHsm, async ({ ask, clock, healthFile }) => {
    assert.equal(await readGuestHealth(healthFile), undefined);
    await ask({ kind: "guest-health", arguments: { state: "starting", "node-id": null, detail: "Waiting." } });
    clock.advance(1000);
    const healthy = { state: "healthy", "node-id": "aaaaa-aa", detail: null } as const;
    await ask({ kind: "guest-health", arguments: healthy });
    assert.deepEqual(await readGuestHealth(healthFile), { ...healthy, at: clock.now() });
    assert.equal((await stat(healthFile)).mode & 0o777, 0o644);
    const reports = Array.from({ length: 20 }, () => ask({ kind: "guest-health", arguments: healthy }));
    await Promise.all(reports);
    assert.deepEqual(await readGuestHealth(healthFile), { ...healthy, at: clock.now() });
    assert.equal((await readdir(dirname(healthFile))).length, 1);
    await writeFile(healthFile, '{"state":"well"}');
    await assert.rejects(readGuestHealth(healthFile), { code: "guest-health-invalid" });
  }));
