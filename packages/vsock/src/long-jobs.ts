import { IcosError } from "@icos/system";
import { commandToWire, type Command, type CommandKind } from "./command.ts";
import type { Payload } from "./response.ts";

interface Job {
  /** The command with its arguments. */
  readonly key: string;
  readonly result: Promise<Payload>;
}

/**
 * Work that outlives the connection that asked for it: one job of a kind at a time. Who asks for the same again waits for
 * the job that runs; who asks for something else of the kind is refused.
 */
export class LongJobs {
  readonly #running = new Map<CommandKind, Job>();
  readonly #signal: AbortSignal;

  /** All jobs are told to end when `signal` aborts. */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  run(command: Command, work: (signal: AbortSignal) => Promise<Payload>): Promise<Payload> {
    const key = JSON.stringify(commandToWire(command));
    const running = this.#running.get(command.kind);
    if (running?.key === key) return running.result;
    if (running !== undefined) {
      throw new IcosError("vsock-job-running", `Another ${command.kind} is under way: ${running.key}.`, {
        next: "Try again when it has ended.",
      });
    }
    const result = Promise.try(work, this.#signal).finally(() => this.#running.delete(command.kind));
    result.catch(() => undefined); // there may be nobody left who waits for it
    this.#running.set(command.kind, { key, result });
    return result;
  }

  /** Resolves when no job runs. */
  async ended(): Promise<void> {
    await Promise.allSettled([...this.#running.values()].map(({ result }) => result));
  }
}
