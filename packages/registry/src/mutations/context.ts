import type { CommitteePublicKey, Principal } from "@icos/certification";
import type { Mutation } from "../state/mutation.ts";
import type { DatedView } from "../state/view.ts";
import type { RateLimitCharge } from "./rate-limits.ts";
import type { RegistryRules } from "./rules.ts";

/** What a mutation sees. */
export interface MutationContext {
  readonly view: DatedView;
  readonly rules: RegistryRules;
  readonly caller: Principal;
  /** Nanoseconds since the Unix epoch. */
  readonly time: bigint;
  /** Takes from a rate limit; given back when the mutation is refused. */
  charge(charge: RateLimitCharge): void;
  /** Whether the key is a valid point and its proof of possession verifies. */
  verifyCommitteeKey(key: CommitteePublicKey): boolean;
}

export interface MutationResult<Reply> {
  /** Each key at most once. May be empty: then nothing changes. */
  readonly mutations: readonly Mutation[];
  readonly reply: Reply;
}

/** Pure: from what it sees to what is to change. Throws {@link MutationRefused}. */
export type MutationFunction<Payload, Reply> = (context: MutationContext, payload: Payload) => MutationResult<Reply>;
