import { formatAuthorizedKeys, isSshPublicKey } from "@icos/config";
import { describeError, IcosError, type Logger, type Metric } from "@icos/system";
import type { Console } from "../console.ts";
import { GRANTED_ACCOUNTS, type GrantedAccess, type GrantedAccount } from "./account-keys.ts";
import type { AccountFiles } from "./local-accounts.ts";

export interface SshAccessModules {
  /** The latest version of the replicated registry; 0 while there is none. */
  readonly latestVersion: () => number;
  /** What this version grants. Throws when the registry cannot be read. */
  readonly granted: (version: number) => GrantedAccess;
  readonly accounts: AccountFiles;
  readonly console: Console;
  readonly logger: Logger;
  /** `ssh_access_registry_version`: of the keys that are in force in all accounts. */
  readonly applied: Metric;
}

/** The version, and the subnet whose lists it took, of the keys that are in force. */
export interface AppliedAccess {
  readonly version: number;
  readonly subnetId: string | undefined;
}

/**
 * Gives the accounts of the node the SSH keys that the registry lists. Keys stay where they are while the registry is not
 * known or cannot be read, and across restarts. What was applied moves on only when every account was written.
 */
export class SshAccessTask {
  readonly #modules: SshAccessModules;
  #applied: AppliedAccess | undefined;
  #told = "";

  constructor(modules: SshAccessModules) {
    this.#modules = modules;
  }

  get applied(): AppliedAccess | undefined {
    return this.#applied;
  }

  /** Never rejects. Does nothing for a version that is in force. */
  async check(): Promise<void> {
    const version = this.#modules.latestVersion();
    if (version === 0 || version === this.#applied?.version) return;
    try {
      const { subnetId, keys } = this.#modules.granted(version);
      const failures = await this.#writeAll(keys, version);
      if (failures.length > 0) return this.#tell(failures.join(" "), version);
      this.#applied = { version, subnetId };
      this.#modules.applied.set(version);
      this.#told = "";
    } catch (error) {
      this.#tell(describeError(error), version);
    }
  }

  /** One account that fails does not keep the others from their keys. */
  async #writeAll(keys: GrantedAccess["keys"], version: number): Promise<readonly string[]> {
    const failures: string[] = [];
    for (const account of GRANTED_ACCOUNTS) {
      const list = formatAuthorizedKeys(this.#usable(account, keys[account], version));
      try {
        if (list === ((await this.#modules.accounts.read(account)) ?? "")) continue;
        await this.#modules.accounts.replace(account, list);
        this.#modules.logger.log("info", "An account has new SSH keys.", {
          account,
          version,
          keys: keys[account].length,
        });
      } catch (error) {
        if (error instanceof IcosError && error.code === "no-such-service") return [NO_SSH];
        failures.push(describeError(error));
      }
    }
    return failures;
  }

  /** A text that is no key, or would be more than one line, is left out: it must not keep the others out. */
  #usable(account: GrantedAccount, keys: readonly string[], version: number): readonly string[] {
    const usable = keys.map((key) => key.trim()).filter(isSshPublicKey);
    const dropped = keys.length - usable.length;
    if (dropped > 0) {
      this.#modules.logger.log("warning", "Some of an account's keys are no SSH public keys.", {
        account,
        dropped,
        version,
      });
    }
    return usable;
  }

  /** Each problem once, not every ten seconds. */
  #tell(problem: string, version: number): void {
    const { console, logger } = this.#modules;
    if (problem === this.#told) return;
    this.#told = problem;
    logger.log("error", "The SSH keys could not be brought up to date.", { version, error: problem });
    console.line(`The SSH keys of the registry are not in force: ${problem}`);
  }
}

const NO_SSH = "this image has no SSH server.";
