import { join } from "node:path";
import type { HostosConfig } from "@icos/config";
import { describeError, writeFileDurably, type Logger } from "@icos/system";
import type { Layout } from "../layout.ts";

/** Below `/run`. `verbose-console.path` waits for this file; its directory belongs to `host-agent`. */
export const VERBOSE_CONSOLE_REQUEST = "icos/monitoring/verbose-console";

/** Has the guest's serial console shown on the host's screen, when the configuration wants it. */
export async function askForVerboseConsole(
  config: HostosConfig,
  logger: Logger,
  { run }: Pick<Layout, "run">,
): Promise<void> {
  if (!config.hostos_settings.verbose) return;
  try {
    await writeFileDurably(join(run, VERBOSE_CONSOLE_REQUEST), "");
  } catch (error) {
    logger.log("warning", "The guest's console cannot be shown on the screen.", { error: describeError(error) });
  }
}
