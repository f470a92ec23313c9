import { describeError, type Clock, type Logger, type Metric } from "@icos/system";

export interface SuperviseModules {
  readonly clock: Clock;
  readonly logger: Logger;
  /** `orchestrator_tasks_failed_total` */
  readonly failed: Metric;
}

const RESTART_MS = 10_000;

/** Runs a task until `signal` aborts. One that fails or ends before is counted and started again after ten seconds. */
export async function supervise(
  name: string,
  task: (signal: AbortSignal) => Promise<void>,
  { clock, logger, failed }: SuperviseModules,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await task(signal);
      if (signal.aborted) return;
      logger.log("error", "A task ended by itself.", { task: name });
    } catch (error) {
      if (signal.aborted) return;
      logger.log("error", "A task failed.", { task: name, error: describeError(error) });
    }
    failed.increment({ task_name: name, reason: "failed" });
    await clock.sleep(RESTART_MS, signal).catch(() => undefined);
  }
}
