import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { type CommitteePublicKey, verifyCommitteeKey } from "@icos/certification";
import { describeError, type Logger } from "@icos/system";
import { KeyVerdicts } from "./verdicts.ts";

const PROGRAM = join(import.meta.dirname, "worker.ts");
/** More keys than that do not wait for the process; the calls that bring them are limited by their rate. */
const MOST_WAITING = 16;
/** Milliseconds without a key after which the process ends. A thread would leave its heap behind in the registry's. */
const IDLE = 60_000;

interface Waiting {
  readonly key: CommitteePublicKey;
  readonly done: () => void;
}

/** What the registry wants of it. */
export type KeyChecks = Pick<KeyChecker, "verify" | "knows" | "check">;

/**
 * Verifies committee keys in a process of its own, so that other calls are taken meanwhile. Who asks for a key that was not
 * checked ahead gets the same answer, only later: it is then worked out on the spot.
 */
export class KeyChecker {
  readonly #verdicts = new KeyVerdicts();
  readonly #logger: Logger;
  readonly #waiting: Waiting[] = [];
  #worker: ChildProcess | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** What `verifyCommitteeKey` says. */
  verify(key: CommitteePublicKey): boolean {
    const verdict = this.#verdicts.get(key) ?? verifyCommitteeKey(key);
    this.#verdicts.set(key, verdict);
    return verdict;
  }

  knows(key: CommitteePublicKey): boolean {
    return this.#verdicts.get(key) !== undefined;
  }

  /** Has it verified in the process. Never rejects: whatever goes wrong there, `verify` still answers. */
  async check(key: CommitteePublicKey): Promise<void> {
    if (this.knows(key) || this.#waiting.length >= MOST_WAITING) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ key, done: resolve });
    clearTimeout(this.#idle);
    this.#worker ??= this.#start();
    this.#worker.send(key);
    await promise;
  }

  close(): void {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#worker = undefined;
    worker?.kill("SIGKILL");
    this.#giveUp();
  }

  #start(): ChildProcess {
    const worker = fork(PROGRAM, [], {
      execArgv: ["--disable-warning=ExperimentalWarning"],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    worker.on("message", (verdict: boolean) => {
      const first = this.#waiting.shift();
      if (!first) return;
      this.#verdicts.set(first.key, verdict);
      first.done();
      if (this.#waiting.length === 0) this.#idle = setTimeout(() => this.close(), IDLE).unref();
    });
    worker.on("error", (error) => {
      this.#logger.log("warning", "The process that verifies keys failed.", { error: describeError(error) });
      this.#lose(worker);
    });
    worker.on("exit", () => this.#lose(worker));
    return worker;
  }

  /** One that could not be started has an error and no exit. */
  #lose(worker: ChildProcess): void {
    if (this.#worker === worker) this.close();
  }

  #giveUp(): void {
    for (const { done } of this.#waiting.splice(0)) done();
  }
}
