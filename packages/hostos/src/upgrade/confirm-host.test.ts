import assert from "node:assert/strict";
import { mkdir, mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { bootStateOf, newGrubenv, parseGrubenv, type BootState, type GrubenvStore } from "@icos/slots";
import { silentLogger, type Clock } from "@icos/system";
import type { ReportedHealth } from "../agent/guest-health.ts";
import { createLayout } from "../layout.ts";
import { confirmationDeadline, DEADLINE_FILE } from "./confirmation-deadline.ts";
import { confirmHost, type ConfirmHostModules } from "./confirm-host.ts";
import { CONFIRMATION_DEADLINE_MS } from "./plan-confirmation.ts";
import {
  publishedRecordPath,
  readUpgradeRecord,
  upgradeRecordPath,
  writeUpgradeRecord,
  type UpgradeRecord,
} from "./upgrade-record.ts";

const RECORD: UpgradeRecord = {
  format: 1,
  version: "h2",
  sha256: "2".repeat(64),
  slot: "B",
  installedAt: 1_000,
  outcome: { kind: "waits" },
};
const HEALTHY: ReportedHealth = { state: "healthy", "node-id": null, detail: null, at: 1 };

/** A host that was just booted: slot, state, and what its guest says at each look; the clock moves with the waits. */
async function host(
  root: string,
  running: "A" | "B",
  state: BootState,
  health: (ReportedHealth | undefined)[],
  change: Partial<ConfirmHostModules> = {},
) {
  const layout = createLayout(root);
  for (const directory of ["proc", "boot/config", "run/icos"]) await mkdir(join(root, directory), { recursive: true });
  await writeFile(join(root, "proc/cmdline"), `quiet dfinity.system=${running}\n`);
  let up = 0;
  const tell = (): Promise<void> => writeFile(join(root, "proc/uptime"), `${up / 1_000} 0.00\n`);
  await tell();
  const clock: Clock = {
    now: () => 5_000 + up,
    async sleep(milliseconds) {
      up += milliseconds;
      await tell();
    },
  };
  let block: Uint8Array = newGrubenv(state);
  const store: GrubenvStore = {
    name: "grubenv",
    read: async () => block,
    write: async (next) => void (block = next),
  };
  let reboots = 0;
  await writeUpgradeRecord(upgradeRecordPath(layout), RECORD);
  await confirmHost(layout, {
    store,
    readHealth: async () => (health.length > 1 ? health.shift() : health[0]),
    readGuestVm: async () => undefined,
    hasGuest: async () => true,
    reboot: async () => void (reboots += 1),
    deadlineMs: 60_000,
    clock,
    logger: silentLogger,
    ...change,
  });
  const record = await readUpgradeRecord(upgradeRecordPath(layout));
  assert.deepEqual(await readUpgradeRecord(publishedRecordPath(layout)), record);
  return { state: bootStateOf(parseGrubenv(block)), outcome: record?.outcome, reboots };
}

async function inDirectory(body: (root: string) => Promise<void>): Promise<void> {
  await using directory = await mkdtempDisposable(join(tmpdir(), "confirm-host-"));
  await body(directory.path);
}

const NEW: BootState = { alternative: "B", cycle: "failsafe_check" };

void test("A new version is confirmed when its guest is healthy, and the record says so.", () =>
  inDirectory(async (root) => {
    const { state, outcome, reboots } = await host(root, "B", NEW, [undefined, undefined, HEALTHY]);
    assert.deepEqual(state, { alternative: "B", cycle: "stable" });
    assert.deepEqual(outcome, { kind: "confirmed", at: 15_000, why: "the guest is healthy" });
    assert.equal(reboots, 0);
  }));

void test("A new version whose guest is never healthy restarts the host, unconfirmed, and has left the reason.", () =>
  inDirectory(async (root) => {
    const { state, outcome, reboots } = await host(root, "B", NEW, [undefined]);
    assert.deepEqual(state, NEW);
    const why = "the runner of the guest has not started after 60 seconds";
    assert.deepEqual(outcome, { kind: "gave-up", at: 65_000, why });
    assert.equal(reboots, 1);
  }));

void test("What cannot be read about the guest neither confirms a version nor keeps it beyond its time.", () =>
  inDirectory(async (root) => {
    const unreadable = (): Promise<never> => Promise.reject(new Error("it is damaged"));
    const never = { hasGuest: unreadable, readHealth: unreadable, readGuestVm: unreadable };
    const { state, outcome, reboots } = await host(root, "B", NEW, [], never);
    assert.deepEqual([state, outcome?.kind, reboots], [NEW, "gave-up", 1]);
    const healthy = await host(root, "B", NEW, [HEALTHY], { hasGuest: unreadable, readGuestVm: unreadable });
    assert.deepEqual([healthy.state.cycle, healthy.outcome?.kind, healthy.reboots], ["stable", "confirmed", 0]);
  }));

void test("The old version that runs again after one that said nothing records that.", () =>
  inDirectory(async (root) => {
    const { state, outcome, reboots } = await host(root, "A", { alternative: "A", cycle: "stable" }, [HEALTHY]);
    assert.deepEqual([state.cycle, outcome?.kind, reboots], ["stable", "gave-up", 0]);
  }));

void test("Only a development image can be given less time, and none can be given more.", () =>
  inDirectory(async (root) => {
    const layout = createLayout(root);
    await mkdir(layout.share, { recursive: true });
    await mkdir(layout.bootConfig, { recursive: true });
    const deadline = async (variant: string, text: string): Promise<number> => {
      await writeFile(join(layout.share, "variant"), `${variant}\n`);
      await writeFile(join(layout.bootConfig, DEADLINE_FILE), text);
      return confirmationDeadline(layout);
    };
    assert.equal(await deadline("dev", "90\n"), 90_000);
    assert.equal(await deadline("prod", "90\n"), CONFIRMATION_DEADLINE_MS);
    for (const text of ["9999", "0", "-1", "1e3", "soon", ""])
      assert.equal(await deadline("dev", text), CONFIRMATION_DEADLINE_MS, text);
  }));
