import type { RegistryRules } from "../mutations/rules.ts";
import { RegistryState } from "../state/state.ts";
import type { KeyChange } from "../state/mutation.ts";
import type { RegistryView } from "../state/view.ts";
import { assignmentInvariant } from "./assignment.ts";
import { endpointsInvariant } from "./endpoints.ts";
import { hostosVersionInvariant } from "./hostos-version.ts";
import type { Invariant, Violation } from "./invariant.ts";
import { keyNamesInvariant } from "./key-names.ts";
import { nodeKeysInvariant } from "./node-keys.ts";
import { nodeOperatorInvariant } from "./node-operator.ts";
import { nodeRecordInvariant } from "./node-record.ts";
import { replicaVersionInvariant } from "./replica-version.ts";
import { routingInvariant } from "./routing.ts";
import { subnetListInvariant } from "./subnet-list.ts";
import { subnetMembershipInvariant } from "./subnet-membership.ts";
import { subnetSettingsInvariant } from "./subnet-settings.ts";
import { unassignedConfigInvariant } from "./unassigned-config.ts";

/** All of them, in the order in which their violations are reported. */
export const INVARIANTS: readonly Invariant[] = [
  keyNamesInvariant,
  nodeOperatorInvariant,
  nodeKeysInvariant,
  assignmentInvariant,
  routingInvariant,
  subnetListInvariant,
  subnetMembershipInvariant,
  subnetSettingsInvariant,
  replicaVersionInvariant,
  hostosVersionInvariant,
  endpointsInvariant,
  unassignedConfigInvariant,
  nodeRecordInvariant,
];

/** What the change would break; empty when nothing. `before` is taken to be valid. */
export function checkInvariants(
  before: RegistryView,
  after: RegistryView,
  changes: readonly KeyChange[],
  rules: RegistryRules,
): Violation[] {
  const transition = { before, after, changes, rules };
  return INVARIANTS.flatMap((invariant) =>
    Array.from(invariant.check(transition), (message) => ({ invariant: invariant.name, message })),
  );
}

/** What is wrong with a whole registry, every record looked at. Costs as much as the registry is large. */
export function checkWholeRegistry(view: RegistryView, rules: RegistryRules): Violation[] {
  const changes = view.keys("").map((key) => ({ key, value: view.get(key) }));
  return checkInvariants(new RegistryState(), view, changes, rules);
}
