import { spawn } from "node:child_process";
import { IcosError, type Clock, type Logger } from "@icos/system";

/** How a process ended: an exit code or the signal that ended it. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running process that leads its own process group. */
export interface GroupProcess {
  readonly pid: number;
  readonly ended: Promise<ProcessEnd>;
  /** To every process of the group. */
  signalGroup(signal: NodeJS.Signals): void;
}

export type StartProcess = (command: readonly string[]) => Promise<GroupProcess>;

/** Starts a process in a group of its own, with this process' standard output and error. */
export const startProcess: StartProcess = (command) =>
  new Promise((resolve, reject) => {
    const [program = "", ...args] = command;
    const child = spawn(program, args, { stdio: ["ignore", "inherit", "inherit"], detached: true });
    const ended = new Promise<ProcessEnd>((end) => child.once("exit", (code, signal) => end({ code, signal })));
    child.once("error", (cause) => {
      reject(new IcosError("process-not-started", `\`${program}\` could not be started: ${cause.message}.`, { cause }));
    });
    child.once("spawn", () => {
      const { pid } = child;
      if (pid !== undefined) resolve({ pid, ended, signalGroup: (signal) => signalGroup(pid, signal) });
    });
  });

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // ESRCH: no process of the group is left
  }
}

export interface ProcessManagerModules {
  readonly start: StartProcess;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called for each start that is attempted. */
  readonly onStart?: (() => void) | undefined;
  /** Called when a process has ended by itself. */
  readonly onEnd?: (() => void) | undefined;
}

export interface ProcessManagerOptions {
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly stopDeadline: number;
  /** First and longest wait before a process that ended is started again; the wait doubles. */
  readonly backOff: { readonly first: number; readonly longest: number };
  /** A process that ran for this long is healthy: the next wait is the first one again. */
  readonly healthyAfter: number;
}

export const DEFAULT_PROCESS_OPTIONS: ProcessManagerOptions = {
  stopDeadline: 5_000,
  backOff: { first: 1_000, longest: 60_000 },
  healthyAfter: 60_000,
};

type State =
  | { readonly kind: "stopped" }
  | { readonly kind: "running"; readonly key: string; readonly process: GroupProcess; readonly since: number }
  | { readonly kind: "waiting"; readonly key: string; readonly until: number };

/**
 * Keeps at most one process. Nothing happens by itself but the noticing of its end: the owner calls {@link ensure} from its
 * loop, and what should run runs then, unless it has just crashed and its back-off has not passed.
 */
export class ProcessManager {
  readonly #options: ProcessManagerOptions;
  readonly #modules: ProcessManagerModules;
  #state: State = { kind: "stopped" };
  #failures = 0;

  constructor(options: ProcessManagerOptions, modules: ProcessManagerModules) {
    this.#options = options;
    this.#modules = modules;
  }

  get pid(): number | undefined {
    return this.#state.kind === "running" ? this.#state.process.pid : undefined;
  }

  /**
   * Milliseconds until a call of {@link ensure} could do something that this one could not; `undefined` when nothing is
   * pending.
   */
  get retryIn(): number | undefined {
    return this.#state.kind === "waiting" ? Math.max(0, this.#state.until - this.#modules.clock.now()) : undefined;
  }

  /** Makes `command` run. Another command that runs is stopped first; a different `command` does not wait for a back-off. */
  async ensure(command: readonly string[]): Promise<void> {
    const key = JSON.stringify(command);
    if (this.#state.kind === "running") {
      if (this.#state.key === key) return;
      await this.stop();
    }
    if (this.#state.kind === "waiting" && this.#state.key === key && this.#state.until > this.#modules.clock.now())
      return;
    await this.#start(command, key);
  }

  async #start(command: readonly string[], key: string): Promise<void> {
    const { start, clock, logger, onStart } = this.#modules;
    onStart?.();
    let process: GroupProcess;
    try {
      process = await start(command);
    } catch (error) {
      this.#wait(key);
      throw error;
    }
    const since = clock.now();
    this.#state = { kind: "running", key, process, since };
    logger.log("info", "Process started.", { pid: process.pid, command });
    void process.ended.then((end) => this.#ended(process, end));
  }

  #ended(process: GroupProcess, { code, signal }: ProcessEnd): void {
    process.signalGroup("SIGKILL"); // what it left behind
    const state = this.#state;
    if (state.kind !== "running" || state.process !== process) return;
    if (this.#modules.clock.now() - state.since >= this.#options.healthyAfter) this.#failures = 0;
    this.#wait(state.key);
    this.#modules.logger.log("warning", "Process ended by itself.", {
      pid: process.pid,
      code,
      signal,
      again: this.retryIn,
    });
    this.#modules.onEnd?.();
  }

  #wait(key: string): void {
    const { first, longest } = this.#options.backOff;
    const wait = Math.min(longest, first * 2 ** Math.min(this.#failures, 30));
    this.#failures += 1;
    this.#state = { kind: "waiting", key, until: this.#modules.clock.now() + wait };
  }

  /** SIGTERM to the group, SIGKILL after the deadline; returns when the process has ended. */
  async stop(): Promise<void> {
    const state = this.#state;
    this.#state = { kind: "stopped" };
    this.#failures = 0;
    if (state.kind !== "running") return;
    const { process } = state;
    process.signalGroup("SIGTERM");
    const ended = new AbortController();
    const deadline = this.#modules.clock.sleep(this.#options.stopDeadline, ended.signal).then(
      () => process.signalGroup("SIGKILL"),
      () => undefined, // ended in time
    );
    const { code, signal } = await process.ended;
    ended.abort();
    await deadline;
    process.signalGroup("SIGKILL");
    this.#modules.logger.log("info", "Process stopped.", { pid: process.pid, code, signal });
  }
}
