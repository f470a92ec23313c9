import { type CommitteePublicKey, type Principal, verifyCommitteeKey } from "@icos/certification";
import { sizeProblem } from "../certified/encode-version.ts";
import { checkInvariants } from "../invariants/check.ts";
import type { Violation } from "../invariants/invariant.ts";
import { compareKeys, type KeyChange, type Mutation, type RegistryVersion } from "../state/mutation.ts";
import { OverlayView } from "../state/overlay.ts";
import type { DatedView, RegistryView } from "../state/view.ts";
import { AUTHORISATION } from "./authorisation.ts";
import { MUTATIONS, type RegistryCall, type RegistryMethod, type ReplyOf } from "./calls.ts";
import type { MutationResult } from "./context.ts";
import type { RateLimitLevel, RateLimits } from "./rate-limits.ts";
import { MutationRefused, refuse } from "./refuse.ts";
import type { RegistryRules } from "./rules.ts";

/** So many in the sentence of a refusal; its details have them all. */
const MAX_SHOWN_VIOLATIONS = 10;

/** What decides over a call: the registry, the network's rules and the rate limits so far. */
export interface MutableRegistry {
  readonly view: DatedView;
  readonly rules: RegistryRules;
  readonly limits: RateLimits;
  /**
   * Verifies a committee key, which costs several times as much as the rest of a mutation: whoever worked it out before may
   * give the answer here. It must be that of `verifyCommitteeKey`, which is asked unless this is there.
   */
  readonly verifyCommitteeKey?: ((key: CommitteePublicKey) => boolean) | undefined;
}

export type MutationOutcome<Method extends RegistryMethod = RegistryMethod> =
  | {
      readonly kind: "applied";
      /** To be committed; `undefined` when the call changes nothing. */
      readonly next: RegistryVersion | undefined;
      /** Rate limits that the call has taken from, to be committed with it. */
      readonly levels: readonly RateLimitLevel[];
      readonly reply: ReplyOf<Method>;
    }
  | { readonly kind: "refused"; readonly error: MutationRefused };

/**
 * Decides a call: the same registry, call, caller and time always give the same outcome. Nothing changes: whoever
 * keeps the registry makes `next` and `levels` durable and commits them.
 * @param time nanoseconds since the Unix epoch
 */
export function applyMutation<Method extends RegistryMethod>(
  registry: MutableRegistry,
  call: RegistryCall<Method>,
  caller: Principal,
  time: bigint,
): MutationOutcome<Method> {
  try {
    const { mutations, reply, levels } = mutationsOf(registry, call, caller, time);
    return { kind: "applied", next: nextVersion(registry.view, registry.rules, mutations, time), levels, reply };
  } catch (error) {
    if (error instanceof MutationRefused) return { kind: "refused", error };
    throw error;
  }
}

/** Who may call is looked at before anything else. @throws MutationRefused */
function mutationsOf<Method extends RegistryMethod>(
  { view, rules, limits, verifyCommitteeKey: verify = verifyCommitteeKey }: MutableRegistry,
  call: RegistryCall<Method>,
  caller: Principal,
  time: bigint,
): MutationResult<ReplyOf<Method>> & { readonly levels: readonly RateLimitLevel[] } {
  const reservation = limits.reserve(time);
  const charge: typeof reservation.charge = (what) => {
    if (rules.rateLimits) reservation.charge(what);
  };
  const context = { view, rules, caller, time, charge, verifyCommitteeKey: verify };
  AUTHORISATION[call.method].check(context, call.payload, call.method);
  const result = MUTATIONS[call.method](context, call.payload);
  return { ...result, levels: reservation.levels() };
}

/** What a call would do, with everything that stands against it. */
export interface MutationPreview {
  /** Sorted by key; as far as they are known when the call would be refused. */
  readonly changes: readonly KeyChange[];
  /** Why the call would be refused, other than for violated invariants. */
  readonly refusals: readonly MutationRefused[];
  readonly violations: readonly Violation[];
}

/** What {@link applyMutation} would decide, with all reasons for a refusal and not only the first. */
export function previewMutation<Method extends RegistryMethod>(
  registry: MutableRegistry,
  call: RegistryCall<Method>,
  caller: Principal,
  time: bigint,
): MutationPreview {
  try {
    const { mutations } = mutationsOf(registry, call, caller, time);
    return judge(registry.view, registry.rules, mutations, time);
  } catch (error) {
    if (error instanceof MutationRefused) return { changes: [], refusals: [error], violations: [] };
    throw error;
  }
}

/**
 * The version that the mutations make of `view`, with preconditions, size and invariants checked.
 * @throws MutationRefused
 */
export function nextVersion(
  view: RegistryView,
  rules: RegistryRules,
  mutations: readonly Mutation[],
  time: bigint,
): RegistryVersion | undefined {
  const { changes, refusals, violations } = judge(view, rules, mutations, time);
  if (refusals[0]) throw refusals[0];
  if (violations[0]) {
    const shown = violations.slice(0, MAX_SHOWN_VIOLATIONS).map(({ invariant, message }) => `${invariant}: ${message}`);
    const more = violations.length > shown.length ? [`And ${violations.length - shown.length} more.`] : [];
    throw refuse("invariant-violated", [...shown, ...more].join(" "), {
      violations,
      invariant: violations[0].invariant,
    });
  }
  return changes.length === 0 ? undefined : { version: view.version + 1, time, changes };
}

/** Preconditions, size and invariants. A key that would change twice leaves nothing that invariants could judge. */
function judge(
  view: RegistryView,
  rules: RegistryRules,
  mutations: readonly Mutation[],
  time: bigint,
): MutationPreview {
  const changes = mutations
    .map((mutation) => ({ key: mutation.key, value: mutation.kind === "delete" ? undefined : mutation.value }))
    .sort((a, b) => compareKeys(a.key, b.key));
  const refusals = mutations.flatMap((mutation) => failedPrecondition(view, mutation) ?? []);
  const repeated = changes.find(({ key }, index) => changes[index + 1]?.key === key);
  if (repeated) refusals.push(refuse("key-changed-twice", `One call would change ${repeated.key} twice.`));
  const tooLarge = sizeProblem({ version: view.version + 1, time, changes });
  if (tooLarge !== undefined) refusals.push(refuse("version-too-large", tooLarge));
  const violations =
    repeated || changes.length === 0 ? [] : checkInvariants(view, new OverlayView(view, changes), changes, rules);
  return { changes, refusals, violations };
}

function failedPrecondition(view: RegistryView, { kind, key }: Mutation): MutationRefused | undefined {
  const present = view.get(key) !== undefined;
  if (kind === "insert" && present) return refuse("key-exists", `${key} is already in the registry.`, { key });
  if ((kind === "update" || kind === "delete") && !present) {
    return refuse("key-absent", `${key} is not in the registry.`, { key });
  }
  return undefined;
}
