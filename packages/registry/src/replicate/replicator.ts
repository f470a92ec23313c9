import type { CertificateVerifier } from "@icos/certification";
import { type Clock, describeError, IcosError, type Logger } from "@icos/system";
import { verifyCertifiedDelta } from "../certified/verify.ts";
import { isDamage, type LocalStore } from "../store/local-store.ts";
import type { RegistryVersion } from "../state/mutation.ts";
import type { RegistryClient } from "./client.ts";
import { withLargeValues } from "./large-values.ts";
import { refillStore } from "./refill.ts";
import type { CertifiedChangesSource } from "./source.ts";

/** What happened, for metrics and for the log. */
export type ReplicatorEvent =
  | {
      readonly kind: "polled";
      /** The latest version that is stored. */
      readonly version: number;
      /** How many versions were new. */
      readonly added: number;
      /** Nanoseconds since the Unix epoch; only when the store has all that was certified. */
      readonly certifiedTime: bigint | undefined;
    }
  | { readonly kind: "failed"; readonly error: unknown; readonly consecutive: number };

export interface RegistryReplicatorOptions {
  /** Milliseconds between polls. */
  readonly pollDelay: number;
}

export interface RegistryReplicatorModules {
  readonly source: CertifiedChangesSource;
  /** Remembers certificates that it has verified, so that each is verified once. */
  readonly verifier: CertificateVerifier;
  readonly store: LocalStore;
  readonly client: RegistryClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly observe?: ((event: ReplicatorEvent) => void) | undefined;
}

const FIRST_DELAY = 1_000;
const LAST_DELAY = 60_000;
/** Milliseconds between looks at the files of the store. */
const LOOK_EVERY = 60 * 60_000;

/** Brings what the registry certifies into the local store and the client, version by version. */
export class RegistryReplicator {
  readonly #options: RegistryReplicatorOptions;
  readonly #modules: RegistryReplicatorModules;
  #failures = 0;

  constructor(options: RegistryReplicatorOptions, modules: RegistryReplicatorModules) {
    this.#options = options;
    this.#modules = modules;
  }

  /**
   * Reads and heals the store, then fetches until it is as new as the registry. Does not return before the store has a version;
   * with one, it does not wait for an unreachable registry. Failures are tried again after 1, 2, 4, … 60 s.
   */
  async init(signal?: AbortSignal): Promise<void> {
    if ((await this.#open()) > 0) return;
    for (let delay = FIRST_DELAY; ;) {
      signal?.throwIfAborted();
      try {
        if ((await this.poll(signal)) === 0 && this.#modules.client.latestVersion() > 0) return;
        delay = FIRST_DELAY;
        if (this.#modules.client.latestVersion() > 0) continue;
      } catch (error) {
        signal?.throwIfAborted();
        this.#failed(error);
      }
      await this.#modules.clock.sleep(delay, signal);
      delay = Math.min(delay * 2, LAST_DELAY);
    }
  }

  /** One fetch. Returns how many versions it added. */
  async poll(signal?: AbortSignal): Promise<number> {
    const { source, verifier, client, observe } = this.#modules;
    const since = client.latestVersion();
    const delta = verifyCertifiedDelta(await source.fetch(since, signal), verifier, since);
    await this.#append(await withLargeValues(delta.versions, source, signal), signal);
    const version = await client.pollOnce();
    this.#failures = 0;
    observe?.({
      kind: "polled",
      version,
      added: delta.versions.length,
      certifiedTime: version >= delta.currentVersion ? delta.time : undefined,
    });
    return delta.versions.length;
  }

  /**
   * Polls until aborted, and once an hour looks whether all files are still there. A poll that finds as much as one reply
   * holds is followed by the next at once.
   */
  async run(signal: AbortSignal): Promise<void> {
    let looked = this.#modules.clock.now();
    while (!signal.aborted) {
      let added = 0;
      try {
        added = await this.poll(signal);
        if (this.#modules.clock.now() - looked >= LOOK_EVERY) {
          await this.#lookAtStore(signal);
          looked = this.#modules.clock.now();
        }
      } catch (error) {
        if (signal.aborted) return;
        this.#failed(error);
      }
      if (added > 1) continue;
      try {
        await this.#modules.clock.sleep(this.#options.pollDelay, signal);
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    }
  }

  /**
   * Reads the store once. What cannot be read of it, and what comes after that, is dropped; the registry still has it.
   * Returns the latest version.
   */
  async #open(): Promise<number> {
    const { store, client, logger } = this.#modules;
    const problems: string[] = [];
    try {
      await client.pollOnce();
    } catch (error) {
      if (!isDamage(error)) throw error;
      problems.push(error.message);
    }
    const readable = client.latestVersion();
    problems.push(...(await store.truncate(readable)));
    if (problems.length > 0) {
      const shown = problems.slice(0, 10);
      logger.log("warning", "local store is damaged; fetching the rest again", { readable, problems: shown });
    }
    return readable;
  }

  /** Another process may have taken files away since the store was read. */
  async #append(versions: readonly RegistryVersion[], signal: AbortSignal | undefined): Promise<void> {
    const { store, client } = this.#modules;
    try {
      await store.appendAll(versions);
    } catch (error) {
      if (!(error instanceof IcosError && error.code === "local-store-gap")) throw error;
      await refillStore(this.#modules, client.latestVersion(), signal);
      await store.appendAll(versions);
    }
  }

  /** By names only: content is looked at when it is read. */
  async #lookAtStore(signal: AbortSignal): Promise<void> {
    const { store, client } = this.#modules;
    const { versions, foreign } = store.list();
    const complete = versions.length === client.latestVersion() && versions.at(-1) === versions.length;
    if (!complete || foreign.length > 0) await refillStore(this.#modules, client.latestVersion(), signal);
  }

  #failed(error: unknown): void {
    this.#failures++;
    this.#modules.logger.log("warning", `registry poll failed: ${describeError(error)}`, {
      consecutive: this.#failures,
    });
    this.#modules.observe?.({ kind: "failed", error, consecutive: this.#failures });
  }
}
