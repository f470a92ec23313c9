import { readFile } from "node:fs/promises";
import { CONFIG_OBJECTS, readObject, type HostosConfig } from "@icos/config";
import type { Clock, Logger } from "@icos/system";
import { createLayout, runConfigPath } from "../layout.ts";
import { startMetricsProxy } from "@icos/metrics";
import { proxyRoutesOf } from "./proxy-routes.ts";
import { startMonitoring } from "./start-monitoring.ts";

/** A part of `host-agent` that runs until `signal` aborts. */
export interface MonitoringService {
  readonly name: string;
  run(signal: AbortSignal): Promise<void>;
}

/** What `host-agent` runs of the host's metrics. Each reads the host's configuration when it starts. */
export function monitoringServices(modules: {
  readonly clock: Clock;
  readonly logger: Logger;
}): readonly MonitoringService[] {
  const layout = createLayout();
  const loadConfig = async (): Promise<HostosConfig> => {
    const file = runConfigPath(layout);
    return readObject(CONFIG_OBJECTS.HostOS, await readFile(file, "utf8"), file).config;
  };
  return [
    {
      name: "monitoring",
      run: async (signal) => startMonitoring({ config: await loadConfig(), layout }, modules, signal),
    },
    {
      name: "metrics-proxy",
      async run(signal) {
        const proxy = await startMetricsProxy({ routes: proxyRoutesOf(await loadConfig()) }, modules);
        await new Promise<void>((resolve) => {
          if (signal.aborted) resolve();
          else signal.addEventListener("abort", () => resolve(), { once: true });
        });
        await proxy.close();
      },
    },
  ];
}
