import { IcosError, type Clock } from "@icos/system";
import { commandToWire, type Command, type CommandKind } from "./command.ts";
import type { Payload } from "./response.ts";

interface Job {
  readonly key: string;
  readonly result: Promise<Payload>;
  /** Who waits for it now. */
  waiting: number;
  /** When it ended with nobody waiting, milliseconds since the epoch. */
  endedAt?: number;
}

/** How long the result of work that ended with nobody waiting is kept for who asks again; a client comes back sooner. */
const KEEP_MS = 60_000;

/**
 * Work that outlives the connection that asked for it: one job of a kind at a time. Who asks for the same again waits for
 * the job that runs, or is told how it ended meanwhile; who asks for something else of the kind is refused.
 */
export class LongJobs {
  readonly #jobs = new Map<CommandKind, Job>();
  readonly #signal: AbortSignal;
  readonly #clock: Pick<Clock, "now">;

  /** All jobs are told to end when `signal` aborts. */
  constructor(signal: AbortSignal, clock: Pick<Clock, "now">) {
    this.#signal = signal;
    this.#clock = clock;
  }

  /** `late` aborts when the result is no longer waited for; the job goes on. */
  run(command: Command, work: (signal: AbortSignal) => Promise<Payload>, late: AbortSignal): Promise<Payload> {
    const key = keyOf(command);
    const { kind } = command;
    const known = this.#jobs.get(kind);
    if (known?.endedAt === undefined) {
      if (known?.key === key) return this.#wait(known, late);
      if (known !== undefined) {
        throw new IcosError("vsock-job-running", `Another ${kind} is under way: ${known.key}.`, {
          next: "Try again when it has ended.",
        });
      }
    } else {
      this.#jobs.delete(kind);
      if (known.key === key && this.#clock.now() - known.endedAt < KEEP_MS) return known.result;
    }
    const job: Job = { key, result: Promise.try(work, this.#signal).finally(() => this.#end(kind, job)), waiting: 0 };
    this.#jobs.set(kind, job);
    return this.#wait(job, late);
  }

  /** Resolves when no job runs. */
  async ended(): Promise<void> {
    await Promise.allSettled([...this.#jobs.values()].map(({ result }) => result));
  }

  #wait(job: Job, late: AbortSignal): Promise<Payload> {
    job.result.catch(() => undefined); // there may be nobody left who waits for it
    job.waiting += 1;
    late.addEventListener("abort", () => (job.waiting -= 1), { once: true });
    return job.result;
  }

  #end(kind: CommandKind, job: Job): void {
    if (job.waiting === 0) job.endedAt = this.#clock.now();
    else this.#jobs.delete(kind);
  }
}

/** What is the same work: an image, wherever it is got from; and otherwise the command with its arguments. */
function keyOf(command: Command): string {
  return command.kind === "upgrade" ? command.arguments["target-hash"] : JSON.stringify(commandToWire(command));
}
