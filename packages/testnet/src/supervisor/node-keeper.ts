import type { Clock } from "@icos/system";
import { type MachineState, NO_ANSWERS, type NodeAnswers } from "../bringup/observation.ts";
import type { Machine, NodeProbe } from "./modules.ts";

/** A VM that ran for less than this counts as not started. */
const SHORT_LIFE_MS = 20_000;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Keeps one node's machine: its operations come one after the other, and one that keeps failing is left alone for a
 * growing time.
 */
export interface NodeKeeper {
  state(): MachineState;
  answers(): NodeAnswers;
  heard(probe: NodeProbe): void;
  /** Starts the machine unless it runs. A failure shows in `state()`. */
  start(prepare: () => Promise<Machine>): Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
  reset(): Promise<void>;
}

export function createNodeKeeper(clock: Clock): NodeKeeper {
  let machine: Machine | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  let failure: { retryAt: number; error: unknown } | undefined;
  let failures = 0;
  let startedAt: number | undefined;
  let answers = NO_ANSWERS;

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = queue.then(work);
    queue = result.catch(() => undefined);
    return result;
  }

  function failed(error: unknown): void {
    failures += 1;
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);
    failure = { retryAt: clock.now() + pause, error };
    answers = NO_ANSWERS;
    startedAt = undefined;
  }

  /** Notices that a machine which was started is gone. */
  function noticeDeath(): void {
    if (startedAt === undefined || machine?.isRunning()) return;
    const life = clock.now() - startedAt;
    startedAt = undefined;
    answers = NO_ANSWERS;
    if (life >= SHORT_LIFE_MS) failures = 0;
    else failed(new Error(`The virtual machine ended ${Math.round(life / 1000)} s after it was started.`));
  }

  function powerOff(how: (running: Machine) => Promise<void>): Promise<void> {
    return inTurn(async () => {
      startedAt = undefined;
      answers = NO_ANSWERS;
      failure = undefined;
      failures = 0;
      if (machine) await how(machine);
    });
  }

  return {
    state() {
      noticeDeath();
      if (machine?.isRunning() && startedAt !== undefined) return { kind: "running" };
      return failure ? { kind: "failed", ...failure } : { kind: "off" };
    },
    answers: () => answers,
    heard(probe) {
      if (startedAt === undefined) return;
      const any = probe.orchestrator || probe.replica !== undefined;
      answers = {
        ...probe,
        sinceStart: answers.sinceStart || any,
        hostSinceStart: answers.hostSinceStart || probe.host !== undefined,
      };
    },
    start: (prepare) =>
      inTurn(async () => {
        if (machine?.isRunning()) return;
        failure = undefined;
        answers = NO_ANSWERS;
        try {
          machine = await prepare();
          await machine.start();
          startedAt = clock.now();
        } catch (error) {
          failed(error);
        }
      }),
    stop: () => powerOff((running) => running.stop()),
    kill: () => powerOff((running) => running.kill()),
    reset: () =>
      inTurn(async () => {
        answers = NO_ANSWERS;
        await machine?.reset();
      }),
  };
}
