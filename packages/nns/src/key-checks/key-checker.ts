import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { type CommitteePublicKey, verifyCommitteeKey } from "@icos/certification";
import { describeError, type Logger } from "@icos/system";
import { KeyVerdicts } from "./verdicts.ts";

const PROGRAM = join(import.meta.dirname, "worker.ts");
/** More keys than that do not wait for the thread; the calls that bring them are limited by their rate. */
const MOST_WAITING = 16;
/** Milliseconds without a key after which the thread, which takes some 20 MB, ends. */
const IDLE = 60_000;

interface Waiting {
  readonly key: CommitteePublicKey;
  readonly done: () => void;
}

/** What the registry wants of it. */
export type KeyChecks = Pick<KeyChecker, "verify" | "knows" | "check">;

/**
 * Verifies committee keys in a thread of its own, so that other calls are taken meanwhile. Who asks for a key that was not
 * checked ahead gets the same answer, only later: it is then worked out on the spot.
 */
export class KeyChecker {
  readonly #verdicts = new KeyVerdicts();
  readonly #logger: Logger;
  readonly #waiting: Waiting[] = [];
  #worker: Worker | undefined;
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

  /** Has it verified in the thread. Never rejects: whatever goes wrong there, `verify` still answers. */
  async check(key: CommitteePublicKey): Promise<void> {
    if (this.knows(key) || this.#waiting.length >= MOST_WAITING) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ key, done: resolve });
    clearTimeout(this.#idle);
    this.#worker ??= this.#start();
    this.#worker.postMessage(key);
    await promise;
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
    this.#giveUp();
  }

  #start(): Worker {
    const worker = new Worker(PROGRAM, { execArgv: ["--disable-warning=ExperimentalWarning"] });
    worker.on("message", (verdict: boolean) => {
      const first = this.#waiting.shift();
      if (!first) return;
      this.#verdicts.set(first.key, verdict);
      first.done();
      if (this.#waiting.length === 0) this.#idle = setTimeout(() => void this.close(), IDLE).unref();
    });
    worker.on("error", (error) => {
      this.#logger.log("warning", "The thread that verifies keys failed.", { error: describeError(error) });
    });
    worker.on("exit", () => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      this.#giveUp();
    });
    return worker;
  }

  #giveUp(): void {
    for (const { done } of this.#waiting.splice(0)) done();
  }
}
