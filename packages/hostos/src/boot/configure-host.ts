import { present, runBoot, type BootConsole } from "@icos/system";
import type { Layout } from "../layout.ts";
import type { BootContext, BootModules } from "./context.ts";
import { BOOT_PHASES } from "./phases.ts";

/** Configures the host; true when its units can start. See {@link runBoot}. */
export function configureHost(layout: Layout, modules: BootModules, console: BootConsole): Promise<boolean> {
  const context: BootContext = { layout, ...modules };
  const clock = { now: () => performance.now() };
  const options = { os: "hostos", what: "host", clock, console };
  return runBoot(BOOT_PHASES, context, options, ({ slot }) => `slot ${present(slot, "the slot")}`);
}
