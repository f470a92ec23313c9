import { describeError, IcosError, type Clock, type Logger, type Metric } from "@icos/system";
import type { Command, GuestHealth, Payload } from "@icos/vsock";
import { Wakeup } from "../wakeup.ts";

/** Asks the host on which this guest runs. Rejects with `no-host` when there is none. */
export type AskHost = (command: Command, signal: AbortSignal) => Promise<Payload>;

export interface HostChannelModules {
  readonly ask: AskHost;
  readonly health: () => GuestHealth;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Labelled with the host's version once it is known. */
  readonly hostVersion: Metric;
}

const LOOK_MS = 5_000;
const REPORT_MS = 30_000;

/**
 * What the node tells its host: how it is, whenever that changes and every 30 seconds, and lines for the host's screen. A
 * machine without such a host is a machine like any other: nothing is said then. A host that refuses is told of in
 * the journal, once for each reason.
 */
export class HostChannel {
  readonly #modules: HostChannelModules;
  readonly #wakeup: Wakeup;
  readonly #signal: AbortSignal;
  #version: string | undefined;
  #problem = "";

  constructor(modules: HostChannelModules, signal: AbortSignal) {
    this.#modules = modules;
    this.#wakeup = new Wakeup(modules.clock);
    this.#signal = signal;
  }

  /** Shows a text on the host's screen, `count` times. Neither waits nor fails. */
  show(message: string, count = 1): void {
    void this.#ask({ kind: "notify", arguments: { count, message } });
  }

  /** That the host has told. */
  get version(): string | undefined {
    return this.#version;
  }

  /** The health may have changed. */
  changed(): void {
    this.#wakeup.wake();
  }

  /** Reports until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, health } = this.#modules;
    let reported = "";
    let reportedAt = -Infinity;
    while (!signal.aborted) {
      const now = health();
      if (JSON.stringify(now) !== reported || clock.now() - reportedAt >= REPORT_MS) {
        reported = JSON.stringify(now);
        reportedAt = clock.now();
        await this.#ask({ kind: "guest-health", arguments: now });
        if (this.#version === undefined) await this.#askVersion();
      }
      await this.#wakeup.wait(LOOK_MS, signal);
    }
  }

  async #askVersion(): Promise<void> {
    const payload = await this.#ask({ kind: "GetHostOSVersion" });
    if (payload?.kind !== "HostOSVersion") return;
    this.#version = payload.version;
    this.#modules.hostVersion.set(1, { hostos_version: payload.version });
    this.#modules.logger.log("info", "The host has told its version.", { version: payload.version });
  }

  /** `undefined` when the host did not do it. */
  async #ask(command: Command): Promise<Payload | undefined> {
    try {
      return await this.#modules.ask(command, this.#signal);
    } catch (error) {
      if (!this.#signal.aborted && !(error instanceof IcosError && error.code === "no-host"))
        this.#tell(command, error);
      return undefined;
    }
  }

  #tell({ kind }: Command, error: unknown): void {
    const problem = describeError(error);
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.#modules.logger.log("warning", "The host did not do what it was asked.", { kind, error: problem });
  }
}
