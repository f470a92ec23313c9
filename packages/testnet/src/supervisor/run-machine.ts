import type { SpawnCommand } from "@icos/system";
import { createVmRunner, type MachineDefinition, type VmState } from "@icos/vm";
import type { Machine } from "./modules.ts";

export interface RunMachineOptions {
  readonly name: string;
  /** Before each start; tells what is started. */
  readonly prepare: () => Promise<MachineDefinition>;
  readonly observe: (state: VmState) => void;
  /** How long the guest has to shut down. */
  readonly stopDeadlineMs: number;
  readonly wrap: SpawnCommand;
}

/** A crash is left to the supervisor, which counts, waits and says so. */
export function runMachine({ name, prepare, observe, stopDeadlineMs, wrap }: RunMachineOptions): Machine {
  const runner = createVmRunner({ name, prepare, restart: { onCrash: "stop" }, observe }, { wrap });
  return {
    isRunning: () => !["stopped", "crashed"].includes(runner.state.kind),
    start: () => runner.start(),
    stop: async () => void (await runner.stop({ deadlineMs: stopDeadlineMs })),
    kill: () => runner.kill(),
    reset: () => runner.reset(),
  };
}
