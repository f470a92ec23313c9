import type { Clock } from "@icos/system";
import type { ObservedTestnet, TargetTestnet } from "../bringup/observation.ts";
import { progressOf } from "../bringup/progress.ts";
import type { Progress } from "../control/status-schema.ts";

/** Adds times to the phases of the bring-up: a phase runs from the moment all before it are done. */
export interface ProgressClock {
  update(target: TargetTestnet, observed: ObservedTestnet): void;
  read(): Progress[];
}

export function createProgressClock(clock: Clock): ProgressClock {
  const begun = new Map<string, number>();
  const finished = new Map<string, number>();
  let current: ReturnType<typeof progressOf> = [];
  return {
    update(target, observed) {
      current = progressOf(target, observed);
      let open = true;
      for (const { phase, done } of current) {
        if (open && !begun.has(phase)) begun.set(phase, clock.now());
        if (done && !finished.has(phase) && begun.has(phase)) finished.set(phase, clock.now());
        open &&= done;
      }
    },
    read: () =>
      current.map((each) => {
        const start = begun.get(each.phase);
        return {
          ...each,
          milliseconds: start === undefined ? null : (finished.get(each.phase) ?? clock.now()) - start,
        };
      }),
  };
}
