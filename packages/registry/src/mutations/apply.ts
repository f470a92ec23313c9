import type { Principal } from "@icos/certification";
import { encodedVersion, MAX_VERSION_BYTES } from "../certified/encode-version.ts";
import { checkInvariants } from "../invariants/check.ts";
import { compareKeys, type KeyChange, type Mutation, type RegistryVersion } from "../state/mutation.ts";
import { OverlayView } from "../state/overlay.ts";
import type { RegistryView } from "../state/view.ts";
import { MUTATIONS, type RegistryCall, type RegistryMethod, type ReplyOf } from "./calls.ts";
import { RateLimits } from "./rate-limits.ts";
import { MutationRefused, refuse } from "./refuse.ts";
import type { RegistryRules } from "./rules.ts";

/** What decides over a call: the registry, the network's rules and the rate limits so far. */
export interface MutableRegistry {
  readonly view: RegistryView;
  readonly rules: RegistryRules;
  readonly limits: RateLimits;
}

export type MutationOutcome<Method extends RegistryMethod = RegistryMethod> =
  | {
      readonly kind: "applied";
      /** To be committed; `undefined` when the call changes nothing. */
      readonly next: RegistryVersion | undefined;
      readonly reply: ReplyOf<Method>;
    }
  | { readonly kind: "refused"; readonly error: MutationRefused };

/**
 * Decides a call: the same registry, call, caller and time always give the same outcome. Nothing changes: whoever
 * keeps the registry makes `next` durable and commits it. (Only the rate limits remember accepted calls.)
 * @param time nanoseconds since the Unix epoch
 */
export function applyMutation<Method extends RegistryMethod>(
  { view, rules, limits }: MutableRegistry,
  call: RegistryCall<Method>,
  caller: Principal,
  time: bigint,
): MutationOutcome<Method> {
  const reservation = limits.reserve(time);
  const charge: typeof reservation.charge = (what) => {
    if (rules.rateLimits) reservation.charge(what);
  };
  try {
    const { mutations, reply } = MUTATIONS[call.method]({ view, rules, caller, time, charge }, call.payload);
    const next = nextVersion(view, rules, mutations, time);
    reservation.commit();
    return { kind: "applied", next, reply };
  } catch (error) {
    if (error instanceof MutationRefused) return { kind: "refused", error };
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
  if (mutations.length === 0) return undefined;
  const changes = mutations
    .map((mutation) => checkPrecondition(view, mutation))
    .sort((a, b) => compareKeys(a.key, b.key));
  const repeated = changes.find(({ key }, index) => changes[index + 1]?.key === key);
  if (repeated) throw refuse("key-changed-twice", `One call would change ${repeated.key} twice.`);
  const next = { version: view.version + 1, time, changes };
  if (encodedVersion(next).length > MAX_VERSION_BYTES) {
    throw refuse(
      "version-too-large",
      `One version may have ${MAX_VERSION_BYTES} bytes at most; large values are not supported yet.`,
    );
  }
  const violations = checkInvariants(view, new OverlayView(view, changes), changes, rules);
  const [first] = violations;
  if (first) {
    const all = violations.map(({ message }) => message).join(" ");
    throw refuse("invariant-violated", all, { violations, invariant: first.invariant });
  }
  return next;
}

function checkPrecondition(view: RegistryView, mutation: Mutation): KeyChange {
  const { kind, key } = mutation;
  const present = view.get(key) !== undefined;
  if (kind === "insert" && present) throw refuse("key-exists", `${key} is already in the registry.`, { key });
  if ((kind === "update" || kind === "delete") && !present) {
    throw refuse("key-absent", `${key} is not in the registry.`, { key });
  }
  return { key, value: mutation.kind === "delete" ? undefined : mutation.value };
}
