import { startMetricsProxy, type MetricsProxyModules, type MetricsProxyOptions } from "@icos/metrics";
import { describeError } from "@icos/system";

const AGAIN_MS = 10_000;
/** The firewall lets in the host and nobody else, and the host asks for each page once at a time. */
const CONNECTIONS = { connections: 8, headMilliseconds: 5_000, idleMilliseconds: 15_000, wholeMilliseconds: 60_000 };

/** Serves the guest's pages until `signal` aborts. When its ports cannot be had it says so, and tries again. */
export async function runGuestMetrics(
  options: MetricsProxyOptions,
  modules: MetricsProxyModules,
  signal: AbortSignal,
): Promise<void> {
  const { clock, logger } = modules;
  let told = "";
  while (!signal.aborted) {
    try {
      const proxy = await startMetricsProxy({ connections: CONNECTIONS, ...options }, modules);
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener("abort", () => resolve(), { once: true });
      });
      await proxy.close();
    } catch (error) {
      const problem = describeError(error);
      if (problem !== told) logger.log("error", "Metrics for the host cannot be served.", { error: problem });
      told = problem;
      await clock.sleep(AGAIN_MS, signal).catch(() => undefined);
    }
  }
}
