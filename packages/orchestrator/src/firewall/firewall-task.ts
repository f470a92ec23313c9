import { describeError, type Logger, type Metric } from "@icos/system";
import { shortened, type Console } from "../console.ts";
import type { Firewall } from "./local-firewall.ts";
import type { FirewallPolicy } from "./policy.ts";

export interface FirewallTaskModules {
  /** The latest version of the replicated registry; 0 while there is none. */
  readonly latestVersion: () => number;
  /** What this version asks for. Throws when the registry cannot be read. */
  readonly policy: (version: number) => FirewallPolicy;
  readonly firewall: Firewall;
  readonly console: Console;
  readonly logger: Logger;
  /** `firewall_registry_version`: of the rules that are in force. */
  readonly applied: Metric;
}

/**
 * Keeps the packet filter in step with the registry. A registry that cannot be read, a rule that is not valid and a ruleset
 * that the kernel refuses change nothing: the last good rules stay. Where this boot has none yet, only what needs no
 * rules is opened: nodes reach each other.
 */
export class FirewallTask {
  readonly #modules: FirewallTaskModules;
  #appliedVersion: number | undefined;
  #inForce: string | undefined;
  #told = "";

  constructor(modules: FirewallTaskModules) {
    this.#modules = modules;
  }

  /** The registry version whose rules are in force. */
  get appliedVersion(): number | undefined {
    return this.#appliedVersion;
  }

  /** Never rejects. Does nothing for a version that is in force. */
  async check(): Promise<void> {
    const version = this.#modules.latestVersion();
    if (version === this.#appliedVersion) return;
    try {
      this.#inForce ??= await this.#modules.firewall.inForce();
      await this.#apply(version);
    } catch (error) {
      this.#tell(describeError(error), version);
    }
  }

  async #apply(version: number): Promise<void> {
    const { applied, logger } = this.#modules;
    const policy = this.#modules.policy(version);
    try {
      const changed = await this.#replace(policy.complete());
      if (changed) logger.log("info", "The firewall has new rules.", { version });
    } catch (error) {
      if (this.#inForce === undefined) await this.#fallBack(policy, version);
      throw error;
    }
    this.#appliedVersion = version;
    applied.set(version);
    this.#told = "";
  }

  async #fallBack(policy: FirewallPolicy, version: number): Promise<void> {
    try {
      await this.#replace(policy.automatic());
    } catch (error) {
      const fields = { version, error: describeError(error) };
      this.#modules.logger.log("error", "Not even the automatic rules of the firewall are in force.", fields);
    }
  }

  async #replace(ruleset: string): Promise<boolean> {
    if (ruleset === this.#inForce) return false;
    await this.#modules.firewall.replace(ruleset);
    this.#inForce = ruleset;
    return true;
  }

  /** Each problem once, not every ten seconds. */
  #tell(problem: string, version: number): void {
    const { console, logger } = this.#modules;
    if (problem === this.#told) return;
    this.#told = problem;
    logger.log("error", "The firewall could not be brought up to date.", { version, error: problem });
    console.line(`The firewall stays as it is: ${shortened(problem)}`);
  }
}
