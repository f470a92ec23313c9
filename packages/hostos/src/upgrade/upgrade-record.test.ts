import assert from "node:assert/strict";
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { BootState } from "@icos/slots";
import { readUpgradeRecord, recordAtBoot, writeUpgradeRecord, type UpgradeRecord } from "./upgrade-record.ts";

const WAITS: UpgradeRecord = {
  format: 1,
  version: "h2",
  sha256: "2".repeat(64),
  slot: "B",
  installedAt: 1_000,
  outcome: { kind: "waits" },
};
const ON_TRIAL: UpgradeRecord = { ...WAITS, outcome: { kind: "on-trial" } };
const at = (running: "A" | "B", cycle: BootState["cycle"], alternative: "A" | "B" = running) => ({
  running,
  state: { alternative, cycle },
  now: 2_000,
});

void test("A new version that is booted is on trial, also when its program starts again.", () => {
  assert.deepEqual(recordAtBoot(WAITS, at("B", "failsafe_check")), ON_TRIAL);
  assert.deepEqual(recordAtBoot(ON_TRIAL, at("B", "failsafe_check")), ON_TRIAL);
});

void test("The old version that runs again says that the new one was given up, and what is known of it.", () => {
  const early = recordAtBoot(WAITS, at("A", "stable")).outcome;
  const late = recordAtBoot(ON_TRIAL, at("A", "stable")).outcome;
  assert.ok(early.kind === "gave-up" && late.kind === "gave-up");
  assert.match(early.why, /did not come up/);
  assert.match(late.why, /restarted before it was confirmed/);
  assert.equal(late.at, 2_000);
});

void test("What the new version said about itself stays, and what waits goes on waiting.", () => {
  const said: UpgradeRecord = { ...WAITS, outcome: { kind: "gave-up", at: 1_500, why: "no guest" } };
  assert.deepEqual(recordAtBoot(said, at("A", "stable")), said);
  const confirmed: UpgradeRecord = { ...WAITS, outcome: { kind: "confirmed", at: 1_500, why: "x" } };
  assert.deepEqual(recordAtBoot(confirmed, at("A", "stable")), confirmed);
  assert.deepEqual(recordAtBoot(WAITS, at("A", "first_boot", "B")), WAITS);
});

void test("A record is read as it was written; one that is damaged is refused by field.", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "upgrade-record-"));
  const file = join(directory.path, "hostos-upgrade.json");
  assert.equal(await readUpgradeRecord(file), undefined);
  await writeUpgradeRecord(file, ON_TRIAL);
  assert.deepEqual(await readUpgradeRecord(file), ON_TRIAL);
  await writeFile(file, JSON.stringify({ ...ON_TRIAL, slot: "C" }));
  await assert.rejects(readUpgradeRecord(file), { code: "upgrade-record-invalid", message: /slot/ });
});
