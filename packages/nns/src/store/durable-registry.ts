import type { CommitteePublicKey, Principal } from "@icos/certification";
import {
  applyMutation,
  CertifiedDeltas,
  type MutableRegistry,
  type MutationPreview,
  previewMutation,
  RateLimits,
  RegistryState,
  type MutationOutcome,
  type RegistryCall,
  type RegistryMethod,
  type RegistryRules,
  type RegistryVersion,
} from "@icos/registry";
import type { KeyChecks } from "../key-checks/key-checker.ts";
import type { Append, RegistryDatabase } from "./database.ts";

/** The registry with its history in memory and on disk, always at the same version. */
export class DurableRegistry {
  readonly state = new RegistryState();
  readonly deltas = new CertifiedDeltas(this.state.history);
  readonly rules: RegistryRules;
  readonly #database: RegistryDatabase;
  readonly #limits: RateLimits;
  readonly #keys: KeyChecks | undefined;

  /** Reads and verifies all versions. */
  constructor(database: RegistryDatabase, rules: RegistryRules, keys?: KeyChecks) {
    this.#database = database;
    this.rules = rules;
    this.#keys = keys;
    this.#limits = new RateLimits(database.rateLimits());
    this.state.restore(this.#certified(database.load()));
  }

  /**
   * Has the key that the call brings verified, where it would come to that: calls which are refused before cost nothing.
   * `undefined` when there is nothing to verify.
   */
  prepare(call: RegistryCall<"add_node">, caller: Principal, time: bigint): Promise<void> | undefined {
    const keys = this.#keys;
    if (!keys) return undefined;
    let asked: CommitteePublicKey | undefined;
    const verify = (key: CommitteePublicKey): boolean => {
      asked = key;
      return false;
    };
    applyMutation({ ...this.#registry, verifyCommitteeKey: verify }, call, caller, time);
    return asked && !keys.knows(asked) ? keys.check(asked) : undefined;
  }

  /** Decides the call; what it changes is on disk when this returns. */
  apply<Method extends RegistryMethod>(
    call: RegistryCall<Method>,
    caller: Principal,
    time: bigint,
  ): MutationOutcome<Method> {
    const outcome = this.decide(call, caller, time);
    if (outcome.kind === "refused") return outcome;
    const { next, levels } = outcome;
    if (next || levels.length > 0) this.append({ versions: next ? [next] : [], levels });
    return outcome;
  }

  /** Decides the call; nothing is changed by that. */
  decide<Method extends RegistryMethod>(
    call: RegistryCall<Method>,
    caller: Principal,
    time: bigint,
  ): MutationOutcome<Method> {
    return applyMutation(this.#registry, call, caller, time);
  }

  /** What the call would do. */
  preview(call: RegistryCall, caller: Principal, time: bigint): MutationPreview {
    return previewMutation(this.#registry, call, caller, time);
  }

  /** Stores all of it in one transaction; versions are taken to be valid. */
  append(what: Append): void {
    this.#database.append(what);
    this.#limits.commit(what.levels ?? []);
    for (const version of what.versions ?? []) this.#take(version);
  }

  get #registry(): MutableRegistry {
    const keys = this.#keys;
    const verifyCommitteeKey = keys && ((key: CommitteePublicKey) => keys.verify(key));
    return { view: this.state, rules: this.rules, limits: this.#limits, verifyCommitteeKey };
  }

  *#certified(versions: Iterable<RegistryVersion>): Generator<RegistryVersion> {
    for (const version of versions) {
      this.deltas.append(version);
      yield version;
    }
  }

  #take(version: RegistryVersion): void {
    this.state.commit(version);
    this.deltas.append(version);
  }
}
