import { describeError, gauge, type Clock, type Logger, type Sample } from "@icos/system";
import type { CollectorFiles } from "./collector-files.ts";

/** One source of series. It reads files and starts no process. */
export interface Collector {
  /** Names its file, `<name>.prom`. */
  readonly name: string;
  collect(): Promise<readonly Sample[]>;
}

export interface MonitoringModules {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly files: CollectorFiles;
  readonly collectors: readonly Collector[];
}

/** Between two rounds; node_exporter is asked every 8 seconds at most by the proxy. */
const INTERVAL_MS = 10_000;

/**
 * Runs all collectors now and every ten seconds until `signal` aborts. A collector that fails leaves its last series in
 * place, is logged when it begins to fail, and is 0 in `hostos_collector_success`.
 */
export async function runMonitoring(modules: MonitoringModules, signal: AbortSignal): Promise<void> {
  const failing = new Map<string, string>();
  while (!signal.aborted) {
    await collectAll(modules, failing);
    await modules.clock.sleep(INTERVAL_MS, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}

async function collectAll(modules: MonitoringModules, failing: Map<string, string>): Promise<void> {
  const { files, logger, collectors } = modules;
  const success: Sample[] = [];
  for (const collector of collectors) {
    const { name } = collector;
    const problem = await collector
      .collect()
      .then((samples) => files.write(name, samples))
      .then(() => undefined, describeError);
    if (problem !== undefined && failing.get(name) !== problem)
      logger.log("warning", `The metrics ${name} cannot be collected.`, { error: problem });
    if (problem === undefined) failing.delete(name);
    else failing.set(name, problem);
    success.push(
      gauge("hostos_collector_success", "Whether a source of series could be read.", problem === undefined ? 1 : 0, {
        collector: name,
      }),
    );
  }
  await files.write("hostos_collectors", success).catch((error: unknown) => {
    logger.log("error", "The metrics cannot be written.", { error: describeError(error) });
  });
}
