import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { confirmBoot, runningSlot, type GrubenvStore, type Slot } from "@icos/slots";
import { describeError, IcosError, type Clock, type Logger } from "@icos/system";
import type { ReportedHealth } from "../agent/guest-health.ts";
import type { RunState } from "../guest-vm/run-state.ts";
import type { Layout } from "../layout.ts";
import { readState } from "../recovery/recover.ts";
import { planConfirmation } from "./plan-confirmation.ts";
import {
  publishedRecordPath,
  readUpgradeRecord,
  recordAtBoot,
  upgradeRecordPath,
  writeUpgradeRecord,
  type UpgradeRecord,
} from "./upgrade-record.ts";

export interface ConfirmHostModules {
  readonly store: GrubenvStore;
  readonly readHealth: () => Promise<ReportedHealth | undefined>;
  readonly readGuestVm: () => Promise<RunState | undefined>;
  /** Whether the guest's disk holds a system. */
  readonly hasGuest: () => Promise<boolean>;
  readonly reboot: () => Promise<void>;
  /** How long a version has, in milliseconds since it was booted. */
  readonly deadlineMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

const POLL_MS = 5_000;

/**
 * Waits until the running version has shown that it works, and confirms it, or restarts the host into the other slot. What
 * became of an upgrade is kept where both slots find it.
 */
export async function confirmHost(
  layout: Pick<Layout, "proc" | "run" | "bootConfig">,
  modules: ConfirmHostModules,
): Promise<void> {
  const { store, readHealth, readGuestVm, hasGuest, reboot, deadlineMs, clock, logger } = modules;
  const running = runningSlot(await readFile(join(layout.proc, "cmdline"), "utf8"));
  await noteBoot(layout, running, modules);
  let said = "";
  const complaints = new Set<string>();
  /** What cannot be read is not known; the deadline passes all the same. */
  async function known<Value>(read: () => Promise<Value>, otherwise: Value): Promise<Value> {
    try {
      return await read();
    } catch (error) {
      const problem = describeError(error);
      if (!complaints.has(problem)) logger.log("warning", "something about the guest is not known", { problem });
      complaints.add(problem);
      return otherwise;
    }
  }
  for (;;) {
    const plan = planConfirmation({
      state: (await readState(store)).state,
      running,
      upMs: await uptimeMs(layout),
      hasGuest: await known(hasGuest, true),
      health: await known(readHealth, undefined),
      guestVm: await known(readGuestVm, undefined),
      deadlineMs,
    });
    switch (plan.kind) {
      case "nothing":
        logger.log("info", "nothing to confirm", { why: plan.why });
        return;
      case "confirm":
        await confirmBoot(store, running);
        await noteOutcome(layout, running, { kind: "confirmed", at: clock.now(), why: plan.why }, logger);
        logger.log("info", "this version is confirmed", { slot: running, why: plan.why });
        return;
      case "give-up":
        logger.log("error", "this version is given up; the host restarts into the other slot", { why: plan.why });
        await noteOutcome(layout, running, { kind: "gave-up", at: clock.now(), why: plan.why }, logger);
        await reboot();
        return;
      case "wait":
        if (plan.for !== said) logger.log("info", "this version is not confirmed yet", { because: plan.for });
        said = plan.for;
        await clock.sleep(POLL_MS);
    }
  }
}

async function noteBoot(
  layout: Pick<Layout, "run" | "bootConfig">,
  running: Slot,
  { store, clock, logger }: Pick<ConfirmHostModules, "store" | "clock" | "logger">,
): Promise<void> {
  const { state } = await readState(store);
  await changeRecord(layout, (record) => recordAtBoot(record, { running, state, now: clock.now() }), logger);
}

/** Only of a version that an upgrade has put into the running slot: an installation has no record. */
function noteOutcome(
  layout: Pick<Layout, "run" | "bootConfig">,
  running: Slot,
  outcome: UpgradeRecord["outcome"],
  logger: Logger,
): Promise<void> {
  return changeRecord(layout, (record) => (record.slot === running ? { ...record, outcome } : record), logger);
}

/** The record is for people: without it the slots work as well. */
async function changeRecord(
  layout: Pick<Layout, "run" | "bootConfig">,
  change: (record: UpgradeRecord) => UpgradeRecord,
  logger: Logger,
): Promise<void> {
  const file = upgradeRecordPath(layout);
  try {
    const before = await readUpgradeRecord(file);
    if (before === undefined) return;
    const after = change(before);
    if (after !== before) await writeUpgradeRecord(file, after);
    await writeUpgradeRecord(publishedRecordPath(layout), after);
    if (after !== before && after.outcome.kind === "gave-up")
      logger.log("warning", "an upgrade was given up", { version: after.version, why: after.outcome.why });
  } catch (error) {
    logger.log("warning", "what became of an upgrade could not be recorded", { error: describeError(error) });
  }
}

/** Without it there would be no deadline, so it is an error when the kernel does not say it. */
async function uptimeMs({ proc }: Pick<Layout, "proc">): Promise<number> {
  const text = await readFile(join(proc, "uptime"), "utf8");
  const seconds = /^(\d+(?:\.\d+)?)\s/.exec(text)?.[1];
  if (seconds === undefined) throw new IcosError("unexpected-output", `/proc/uptime says ${JSON.stringify(text)}.`);
  return Math.round(Number(seconds) * 1000);
}
