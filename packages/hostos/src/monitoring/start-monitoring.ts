import type { HostosConfig } from "@icos/config";
import type { Clock, Logger } from "@icos/system";
import { createLayout, type Layout } from "../layout.ts";
import { collectorFiles } from "./collector-files.ts";
import { hostCollectors } from "./host-collectors.ts";
import { runMonitoring } from "./run-monitoring.ts";
import { askForVerboseConsole } from "./verbose-console.ts";

export interface StartMonitoringOptions {
  readonly config: HostosConfig;
  readonly layout?: Layout;
}

/** The monitoring that is part of `host-agent`; ends when `signal` aborts. */
export async function startMonitoring(
  { config, layout = createLayout() }: StartMonitoringOptions,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
  signal: AbortSignal,
): Promise<void> {
  await askForVerboseConsole(config, logger, layout);
  const collectors = hostCollectors(config, layout);
  await runMonitoring({ clock, logger, files: collectorFiles(layout), collectors }, signal);
}
