import type { Principal } from "@icos/certification";
import {
  applyMutation,
  CertifiedDeltas,
  RateLimits,
  RegistryState,
  type MutationOutcome,
  type RegistryCall,
  type RegistryMethod,
  type RegistryRules,
  type RegistryVersion,
} from "@icos/registry";
import type { RegistryDatabase } from "./database.ts";

/** The registry with its history in memory and on disk, always at the same version. */
export class DurableRegistry {
  readonly state = new RegistryState();
  readonly deltas = new CertifiedDeltas(this.state.history);
  readonly rules: RegistryRules;
  readonly #database: RegistryDatabase;
  readonly #limits = new RateLimits();

  /** Reads and verifies all versions. */
  constructor(database: RegistryDatabase, rules: RegistryRules) {
    this.#database = database;
    this.rules = rules;
    for (const version of database.load()) this.#take(version);
  }

  /** Decides the call; what it changes is on disk when this returns. */
  apply<Method extends RegistryMethod>(
    call: RegistryCall<Method>,
    caller: Principal,
    time: bigint,
  ): MutationOutcome<Method> {
    const registry = { view: this.state, rules: this.rules, limits: this.#limits };
    const outcome = applyMutation(registry, call, caller, time);
    if (outcome.kind === "applied" && outcome.next) this.append([outcome.next]);
    return outcome;
  }

  /** Takes versions that are known to be valid. */
  append(versions: readonly RegistryVersion[], settings: Readonly<Record<string, string>> = {}): void {
    this.#database.append(versions, settings);
    for (const version of versions) this.#take(version);
  }

  #take(version: RegistryVersion): void {
    this.state.commit(version);
    this.deltas.append(version);
  }
}
