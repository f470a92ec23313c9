import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { confirmBoot, runningSlot, type GrubenvStore } from "@icos/slots";
import type { Clock, Logger } from "@icos/system";
import type { ReportedHealth } from "../agent/guest-health.ts";
import type { RunState } from "../guest-vm/run-state.ts";
import type { Layout } from "../layout.ts";
import { readState } from "../recovery/recover.ts";
import { planConfirmation } from "./plan-confirmation.ts";

export interface ConfirmHostModules {
  readonly store: GrubenvStore;
  readonly readHealth: () => Promise<ReportedHealth | undefined>;
  readonly readGuestVm: () => Promise<RunState | undefined>;
  /** Whether the guest's disk holds a system. */
  readonly hasGuest: () => Promise<boolean>;
  readonly reboot: () => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const POLL_MS = 5_000;

/** Waits until the running version has shown that it works, and confirms it, or restarts the host into the other slot. */
export async function confirmHost(layout: Pick<Layout, "proc">, modules: ConfirmHostModules): Promise<void> {
  const { store, readHealth, readGuestVm, hasGuest, reboot, clock, logger } = modules;
  const running = runningSlot(await readFile(join(layout.proc, "cmdline"), "utf8"));
  let said = "";
  for (;;) {
    const plan = planConfirmation({
      state: (await readState(store)).state,
      running,
      upMs: await uptimeMs(layout),
      hasGuest: await hasGuest(),
      health: await readHealth(),
      guestVm: await readGuestVm(),
    });
    switch (plan.kind) {
      case "nothing":
        logger.log("info", "nothing to confirm", { why: plan.why });
        return;
      case "confirm":
        await confirmBoot(store, running);
        logger.log("info", "this version is confirmed", { slot: running, why: plan.why });
        return;
      case "give-up":
        logger.log("error", "this version is given up; the host restarts into the other slot", { why: plan.why });
        await reboot();
        return;
      case "wait":
        if (plan.for !== said) logger.log("info", "this version is not confirmed yet", { because: plan.for });
        said = plan.for;
        await clock.sleep(POLL_MS);
    }
  }
}

async function uptimeMs({ proc }: Pick<Layout, "proc">): Promise<number> {
  return Math.round(Number.parseFloat(await readFile(join(proc, "uptime"), "utf8")) * 1000);
}
