import { describeError, type Logger } from "@icos/system";
import {
  describeAssignment,
  deriveAssignment,
  planReplica,
  transitionLine,
  wantedUpgrade,
  type Assignment,
  type Membership,
} from "./assignment.ts";
import type { Console } from "./console.ts";
import type { OrchestratorMetrics } from "./orchestrator-metrics.ts";
import type { ProcessManager } from "./process-manager.ts";

export interface AssignmentModules {
  /** What the replicated registry says about this node at its latest version. */
  readonly membership: () => Membership | Promise<Membership>;
  /** The command of the replica for a subnet. */
  readonly replicaCommand: (subnetId: string) => readonly string[];
  readonly replica: ProcessManager;
  readonly console: Console;
  readonly logger: Logger;
  readonly metrics: OrchestratorMetrics;
}

/**
 * Keeps the replica in step with the registry, one check at a time. A check that cannot read the registry changes nothing:
 * doubt counts as membership.
 */
export class AssignmentTask {
  readonly #runningVersion: string;
  readonly #modules: AssignmentModules;
  #assignment: Assignment | undefined;
  #runningFor: string | undefined;
  #wantedUpgrade: string | undefined;
  #failures = 0;

  constructor(runningVersion: string, modules: AssignmentModules) {
    this.#runningVersion = runningVersion;
    this.#modules = modules;
  }

  /** `undefined` before the first check that could read the registry. */
  get assignment(): Assignment | undefined {
    return this.#assignment;
  }

  /** Checks that failed since the last one that did not. */
  get failures(): number {
    return this.#failures;
  }

  /** The version that the registry wants instead of the running one. */
  get wantedUpgrade(): string | undefined {
    return this.#wantedUpgrade;
  }

  /** Never rejects. */
  async check(): Promise<void> {
    const { logger, metrics } = this.#modules;
    try {
      await this.#check();
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      logger.log("error", "The check of the assignment failed.", {
        error: describeError(error),
        failures: this.#failures,
      });
    }
    metrics.failedChecks.set(this.#failures);
  }

  async #check(): Promise<void> {
    const { replica, replicaCommand, membership } = this.#modules;
    // Stopping a replica changes the assignment, so look again after it.
    for (let stopped = false; ; stopped = true) {
      const now = await membership();
      this.#noteUpgrade(wantedUpgrade(now, this.#runningVersion));
      const assignment = this.#enter(deriveAssignment(now, this.#runningFor));
      const step = planReplica(assignment, this.#runningFor, this.#wantedUpgrade);
      switch (step.kind) {
        case "nothing":
          return;
        case "keep-running":
          this.#runningFor = step.subnetId;
          await replica.ensure(replicaCommand(step.subnetId));
          return;
        case "stop":
          if (stopped) return;
          await replica.stop();
          this.#runningFor = undefined;
          break;
      }
    }
  }

  #enter(to: Assignment): Assignment {
    const line = transitionLine(this.#assignment, to);
    this.#assignment = to;
    if (line !== undefined) {
      this.#modules.console.line(line);
      this.#modules.logger.log("info", "The assignment changed.", { assignment: describeAssignment(to) });
    }
    return to;
  }

  /** Told once for each version that is asked for, not at each check. */
  #noteUpgrade(version: string | undefined): void {
    const { console, logger, metrics } = this.#modules;
    if (version === this.#wantedUpgrade) return;
    this.#wantedUpgrade = version;
    if (version === undefined) return;
    const text = `The registry asks for version ${version}; version ${this.#runningVersion} runs. Upgrades are not supported yet.`;
    console.line(text);
    logger.log("warning", text, { wanted: version, running: this.#runningVersion });
    metrics.upgradePrevented.increment({ version, reason: "upgrade_not_supported" });
  }
}
