import type { HostosConfig } from "@icos/config";
import type { Clock, Logger } from "@icos/system";
import { collectorFiles } from "./collector-files.ts";
import { hostCollectors } from "./host-collectors.ts";
import { runMonitoring } from "./run-monitoring.ts";
import { askForVerboseConsole } from "./verbose-console.ts";

export interface StartMonitoringOptions {
  readonly config: HostosConfig;
  /** A test has the host's files in a temporary directory. */
  readonly root?: string;
}

/** The monitoring that is part of `host-agent`; ends when `signal` aborts. */
export async function startMonitoring(
  { config, root = "/" }: StartMonitoringOptions,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
  signal: AbortSignal,
): Promise<void> {
  await askForVerboseConsole(config, logger, root);
  const collectors = hostCollectors(config, root);
  await runMonitoring({ clock, logger, files: collectorFiles(root), collectors }, signal);
}
