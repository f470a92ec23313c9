import { describeError, type Clock, type Logger } from "@icos/system";
import type { GuestVmPlan } from "./plan-guest-vm.ts";
import { writeRunState, type BootProgress, type GuestVmState, type RunState } from "./run-state.ts";

export interface Recorder {
  readonly current: RunState;
  become(state: GuestVmState): void;
  failed(reason: string): void;
  planned(plan: GuestVmPlan): void;
  /** Something that does not keep the machine from running. */
  warn(warning: string): void;
  /** Of the run that is under way; the guest's failures are over when it has booted. */
  boot(progress: BootProgress): void;
  /** Settles when everything told so far is in the file. */
  settled(): Promise<void>;
}

export interface RecorderOptions {
  readonly name: string;
  readonly file: string;
  /** What the runner before this one wrote: failures are counted on. */
  readonly previous: RunState | undefined;
}

/** Keeps the run state's file, in the order in which things happen. A file that cannot be written stops nothing. */
export function createRecorder(
  { name, file, previous }: RecorderOptions,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): Recorder {
  let current: RunState = {
    version: 1,
    name,
    state: { kind: "starting", since: clock.now() },
    boots: 0,
    failures: previous?.failures ?? 0,
    lastFailure: previous?.lastFailure ?? null,
    machine: null,
    warnings: [],
  };
  let writing: Promise<void> = Promise.resolve();

  function change(next: Partial<RunState>): void {
    current = { ...current, ...next };
    const written = current;
    writing = writing
      .then(() => writeRunState(file, written))
      .catch((error: unknown) => logger.log("error", "run state not written", { error: describeError(error) }));
  }

  return {
    get current() {
      return current;
    },
    become: (state) => change({ state, boots: current.boots + (state.kind === "running" ? 1 : 0) }),
    failed: (reason) => change({ failures: current.failures + 1, lastFailure: { at: clock.now(), reason } }),
    planned: ({ memoryMiB, memory, vcpus, accelerator, confidential, identity, warnings }) =>
      change({
        machine: {
          memoryMiB,
          vcpus,
          hugepages: memory === "hugepages",
          accelerator: accelerator.kind,
          confidential: confidential !== undefined,
          ipv6: identity.ipv6,
        },
        warnings: [...warnings],
      }),
    warn: (warning) => change({ warnings: [...current.warnings, warning] }),
    boot(progress) {
      if (current.state.kind !== "running") return;
      change({
        state: { ...current.state, boot: progress },
        failures: progress === "booted" ? 0 : current.failures,
      });
    },
    settled: () => writing,
  };
}
