import { rm } from "node:fs/promises";
import { join } from "node:path";
import { runPhases } from "@icos/system";
import type { GuestBoot, PreparedMachine } from "@icos/vm";
import type { GuestVmRole } from "./identity.ts";
import { guestMachine } from "./machine.ts";
import type { GuestVmPlaces } from "./places.ts";
import type { GuestVmPlan } from "./plan-guest-vm.ts";
import { found, type StartContext, type StartModules } from "./start-context.ts";
import { START_PHASES } from "./start-phases.ts";

export interface StartOptions {
  readonly role: GuestVmRole;
  readonly places: GuestVmPlaces;
  readonly credentials: string | undefined;
}

/** A machine that is ready to be started, and what was decided about it. */
export interface PreparedStart extends PreparedMachine {
  readonly plan: GuestVmPlan;
  readonly boot: GuestBoot;
}

/**
 * Prepares one start. `commit` records the boot on the guest's disk and takes away what QEMU has read or opened: the medium (it
 * carries keys), kernel and initrd, and the recovery hash, which is for one start only.
 */
export async function prepareStart(
  { role, places, credentials }: StartOptions,
  modules: StartModules,
  signal: AbortSignal,
): Promise<PreparedStart> {
  const context: StartContext = { ...modules, role, places, credentials, signal, warnings: [] };
  await runPhases(START_PHASES, context, {
    signal,
    observe: (event) => {
      if (event.kind === "finished") {
        const { phase, milliseconds, note } = event;
        modules.logger.log("info", `start: ${phase}`, { milliseconds, ...(note === undefined ? {} : { note }) });
      }
    },
  });
  const boot = found(context.boot, "the boot slot");
  const plan = { ...found(context.plan, "the plan"), warnings: context.warnings };
  const medium = found(context.medium, "the medium");
  const storage = found(context.storage, "the disk");
  return {
    plan,
    boot,
    definition: guestMachine({ plan, boot, medium, variables: context.variables, storage, places }),
    async commit() {
      if (boot.kind === "direct") await boot.commit();
      await rm(medium, { force: true });
      await rm(join(places.run, "boot"), { recursive: true, force: true });
      if (context.recoveryHash !== undefined) await rm(places.recoveryHash, { force: true });
    },
  };
}
