import { describeError, IcosError } from "@icos/system";
import { problemOf } from "../control/problem.ts";
import { testnetDirectories } from "../state/directories.ts";
import { type ModulesContext, type OpenModules, runSupervisor } from "../supervisor/run-supervisor.ts";
import type { SupervisorMessage } from "./spawn-supervisor.ts";

/**
 * The body of a supervisor program: runs the testnet of that name until it is told to stop, by its control socket or by
 * a signal. What it cannot start with it tells the process that started it, and exits with 1.
 */
export async function runSupervisorProgram(
  name: string | undefined,
  openModules: (context: ModulesContext) => Promise<OpenModules>,
): Promise<void> {
  const ending = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => ending.abort());
  try {
    if (name === undefined) throw new IcosError("usage", "Usage: supervisor.ts NAME");
    await runSupervisor({
      directories: testnetDirectories(name, process.env, process.getuid?.() ?? 0),
      openModules,
      onReady: () => tell({ kind: "ready" }),
      signal: ending.signal,
    });
  } catch (error) {
    console.error(describeError(error));
    tell({ kind: "failed", problem: problemOf(error) });
    process.exitCode = 1;
  }
}

/** Tells the starter, who may be gone, and lets go of the channel. */
function tell(message: SupervisorMessage): void {
  if (!process.connected) return;
  process.send?.(message, () => {
    if (process.connected) process.disconnect?.();
  });
}
