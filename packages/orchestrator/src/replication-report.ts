import { describeError } from "@icos/system";
import type { ReplicatorEvent } from "@icos/registry";
import { shortened, type Console } from "./console.ts";
import type { OrchestratorMetrics } from "./orchestrator-metrics.ts";

/** After so many failures in a row the operator hears of an unreachable registry, and then when it is back. */
const WORTH_TELLING = 3;

/** Turns what the replicator does into metrics and console lines. */
export class ReplicationReport {
  readonly #console: Console;
  readonly #metrics: OrchestratorMetrics;
  #told = false;
  #read = false;
  #pollStarted: number | undefined;
  /** Nanoseconds since the epoch: when the local store was last known to be up to date. */
  certifiedTime: bigint | undefined;

  constructor(console: Console, metrics: OrchestratorMetrics) {
    this.#console = console;
    this.#metrics = metrics;
    metrics.polls.set(0, { status: "success" });
    metrics.polls.set(0, { status: "failure" });
  }

  /** The registry could not be read several times in a row. */
  get unreachable(): boolean {
    return this.#told;
  }

  /** The registry was read at least once since this program runs. */
  get read(): boolean {
    return this.#read;
  }

  /** A poll begins; `now` in milliseconds. */
  pollStarts(now: number): void {
    this.#pollStarted = now;
  }

  /** `empty`: nothing is stored yet, so the node cannot go on, and each failure is worth telling. */
  observe(event: ReplicatorEvent, empty: boolean, now: number): void {
    if (this.#pollStarted !== undefined) this.#metrics.pollDuration.observe((now - this.#pollStarted) / 1000);
    this.#pollStarted = undefined;
    switch (event.kind) {
      case "polled":
        this.#read = true;
        this.#metrics.polls.increment({ status: "success" });
        this.#metrics.registryVersion.set(event.version);
        if (event.certifiedTime !== undefined) {
          this.certifiedTime = event.certifiedTime;
          this.#metrics.certifiedTime.set(Number(event.certifiedTime));
        }
        if (this.#told) this.#console.line("The registry answers.");
        this.#told = false;
        return;
      case "failed":
        this.#metrics.polls.increment({ status: "failure" });
        if (!empty && (this.#told || event.consecutive < WORTH_TELLING)) return;
        this.#console.line(shortened(`The registry cannot be read: ${describeError(event.error)}`));
        this.#told = true;
        return;
    }
  }
}
