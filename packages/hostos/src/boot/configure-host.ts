import { describeError, present, runBoot, type BootConsole } from "@icos/system";
import type { Layout } from "../layout.ts";
import { bootFailurePath, clearBootFailure, writeBootFailure } from "./boot-failure.ts";
import type { BootContext, BootModules } from "./context.ts";
import { BOOT_PHASES } from "./phases.ts";

/** Configures the host; true when its units can start. What keeps it from that is left for the status page. See {@link runBoot}. */
export async function configureHost(layout: Layout, modules: BootModules, console: BootConsole): Promise<boolean> {
  const context: BootContext = { layout, ...modules };
  const clock = { now: () => performance.now() };
  const file = bootFailurePath(layout);
  const onRefusal = (phase: string, lines: readonly string[]): Promise<void> =>
    writeBootFailure(file, { phase, lines: [...lines] }).catch((error: unknown) =>
      modules.logger.log("warning", "the status page is not told", { error: describeError(error) }),
    );
  const options = { os: "hostos", what: "host", clock, console, onRefusal };
  const configured = await runBoot(BOOT_PHASES, context, options, ({ slot }) => `slot ${present(slot, "the slot")}`);
  if (configured) await clearBootFailure(file);
  return configured;
}
