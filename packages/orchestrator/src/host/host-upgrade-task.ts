import { describeError, IcosError, systemErrorCode, type Clock, type Logger, type Metric } from "@icos/system";
import type { Console } from "../console.ts";
import type { Wakeup } from "../wakeup.ts";
import type { AskedUpgradeFile } from "./asked-upgrade-file.ts";
import type { AskHost } from "./host-channel.ts";
import { pauseAfter, planHostUpgrade, type AskedUpgrade, type HostUpgradePlan } from "./plan-host-upgrade.ts";
import type { WantedHost } from "./wanted-host.ts";

export interface HostUpgradeModules {
  /** What the registry wants of the host. Throws when it cannot be said. */
  readonly wanted: () => WantedHost | undefined;
  /** In the order in which this node asks. */
  readonly urlsOf: (target: WantedHost) => readonly string[];
  readonly ask: AskHost;
  readonly asked: AskedUpgradeFile;
  readonly wakeup: Wakeup;
  readonly clock: Clock;
  readonly console: Console;
  readonly logger: Logger;
  /** Upgrades that did not happen, by version and reason. */
  readonly failed: Metric;
  /** From 0 up to 1; two nodes are not to do everything at the same time. */
  readonly random: () => number;
}

/** The first check. Upstream's number, as the next one. */
const FIRST_CHECK_MS = 60_000;
/** A host takes longer to download and install than an answer may take: it is asked for the same again, and goes on. */
const STILL_AT_IT_MS = 30_000;
/** A host that has installed a version restarts after a minute, which ends this guest; it is given this long. */
const RESTART_MS = 10 * 60_000;

type AskPlan = Extract<HostUpgradePlan, { kind: "ask" }>;

/**
 * Has the host run the version that the registry wants of it: asks once for each version, and for one that could not be had
 * again after a pause that grows. A new registry version that wants another version of the host ends the pause.
 */
export class HostUpgradeTask {
  readonly #modules: HostUpgradeModules;
  #failures = 0;
  /** What the console was told last: of a failure, and of an upgrade. */
  #told = "";
  #announced = "";
  /** What was asked for before this program was started, until something else is asked for. */
  #askedBefore: AskedUpgrade | undefined;

  constructor(modules: HostUpgradeModules) {
    this.#modules = modules;
  }

  /** Works until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, random, asked } = this.#modules;
    this.#askedBefore = await asked.read();
    let due = clock.now() + FIRST_CHECK_MS;
    for (;;) {
      await this.#waitUntil(due, signal);
      if (signal.aborted) return;
      const wait = await this.#check(signal);
      due = clock.now() + (wait ?? pauseAfter(this.#failures, random()));
    }
  }

  async #waitUntil(due: number, signal: AbortSignal): Promise<void> {
    const { clock, wakeup } = this.#modules;
    const before = this.#wish();
    while (!signal.aborted && clock.now() < due && this.#wish() === before)
      await wakeup.wait(due - clock.now(), signal);
  }

  #wish(): string {
    try {
      return JSON.stringify(this.#modules.wanted() ?? null);
    } catch (error) {
      return describeError(error);
    }
  }

  /** Milliseconds to the next check, or null where that is a matter of failures. Does not reject. */
  async #check(signal: AbortSignal): Promise<number | null> {
    const { wanted, clock } = this.#modules;
    let target: WantedHost | undefined;
    try {
      target = wanted();
      if (target === undefined) return this.#well();
      const running = await this.#runningVersion(signal);
      const plan = planHostUpgrade({ wanted: target, running, asked: this.#askedBefore, now: clock.now() });
      return await this.#execute(plan, running, signal);
    } catch (error) {
      if (signal.aborted) return null;
      if (error instanceof IcosError && error.code === "no-host") return this.#well();
      this.#failures += 1;
      this.#tell(target, error);
      return null;
    }
  }

  async #execute(plan: HostUpgradePlan, running: string, signal: AbortSignal): Promise<number | null> {
    if (plan.kind === "ask") return this.#upgrade(plan, running, signal);
    if (plan.kind === "went-back") {
      this.#tell(plan.target, wentBack(plan.target, running));
      return plan.againIn;
    }
    // What was asked for stays remembered: the host may be on trial, and yet go back.
    return this.#well();
  }

  /** The restart of the host ends this program: it returns when the host is still at it, and throws when it did not do it. */
  async #upgrade({ target, tries }: AskPlan, running: string, signal: AbortSignal): Promise<number> {
    const { urlsOf, ask, asked, clock, console, logger } = this.#modules;
    const { version, sha256 } = target;
    const text = `The registry asks for HostOS version ${version}; version ${running} runs. The host is told to install it.`;
    if (text !== this.#announced) console.line(text);
    this.#announced = text;
    logger.log("info", text, { version, running });
    if (tries === 1) this.#askedBefore = undefined;
    await asked.write({ version, sha256, at: clock.now(), tries });
    let problem: unknown;
    for (const url of urlsOf(target)) {
      try {
        await ask({ kind: "upgrade", arguments: { url, "target-hash": sha256 } }, signal);
        console.line(`HostOS version ${version} is installed; the host restarts in a minute.`);
        await clock.sleep(RESTART_MS, signal);
        throw new IcosError("host-not-restarted", "The host has installed it and has not restarted within 10 minutes.");
      } catch (error) {
        signal.throwIfAborted();
        problem = error;
        if (systemErrorCode(error) === "host-too-slow") return STILL_AT_IT_MS;
        // What the host could not get from one server, another may have.
        if (systemErrorCode(error) !== "host-refused") break;
        logger.log("warning", "The host could not install a version.", { version, url, error: describeError(error) });
      }
    }
    // What was refused was no try, and those before it still count.
    if (systemErrorCode(problem) === "host-refused")
      await (this.#askedBefore === undefined ? asked.remove() : asked.write(this.#askedBefore));
    throw problem;
  }

  async #runningVersion(signal: AbortSignal): Promise<string> {
    const payload = await this.#modules.ask({ kind: "GetHostOSVersion" }, signal);
    if (payload.kind === "HostOSVersion") return payload.version;
    throw new IcosError("host-version-unknown", "The host does not say its version.");
  }

  #well(): null {
    this.#failures = 0;
    this.#told = "";
    this.#announced = "";
    return null;
  }

  /** To the journal and the metrics each time, to the console once for each reason. */
  #tell(target: WantedHost | undefined, error: unknown): void {
    const { console, logger, failed } = this.#modules;
    const problem = describeError(error);
    const version = target?.version ?? "";
    failed.increment({ version, reason: systemErrorCode(error) ?? "unknown" });
    logger.log("error", "HostOS was not upgraded.", { version, error: problem, failures: this.#failures });
    if (problem === this.#told) return;
    this.#told = problem;
    console.line(`HostOS is not upgraded${version === "" ? "" : ` to version ${version}`}: ${problem}`);
  }
}

function wentBack({ version }: WantedHost, running: string): IcosError {
  return new IcosError(
    "host-went-back",
    `The host was asked for version ${version} and still runs version ${running}.`,
    {
      next: "The host's console says why. It is asked again after a pause that doubles with each try, and at once for another version.",
    },
  );
}
