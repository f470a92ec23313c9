/** The supervisor of one testnet: `supervisor.ts NAME`, started by `spawnSupervisor`. */
import { describeError, IcosError } from "@icos/system";
import { problemOf } from "../control/problem.ts";
import type { SupervisorMessage } from "../lifecycle/spawn-supervisor.ts";
import { testnetDirectories } from "../state/directories.ts";
import { openRealModules } from "../supervisor/real-modules.ts";
import { runSupervisor } from "../supervisor/run-supervisor.ts";

const name = process.argv[2];
if (name === undefined) throw new IcosError("usage", "Usage: supervisor.ts NAME");

const ending = new AbortController();
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => ending.abort());

/** Tells the starter, who may be gone, and lets go of the channel. */
function tell(message: SupervisorMessage): void {
  if (!process.connected) return;
  process.send?.(message, () => {
    if (process.connected) process.disconnect?.();
  });
}

try {
  await runSupervisor({
    directories: testnetDirectories(name, process.env, process.getuid?.() ?? 0),
    openModules: openRealModules,
    onReady: () => tell({ kind: "ready" }),
    signal: ending.signal,
  });
} catch (error) {
  console.error(describeError(error));
  tell({ kind: "failed", problem: problemOf(error) });
  process.exitCode = 1;
}
