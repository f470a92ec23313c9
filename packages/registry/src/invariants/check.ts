import type { RegistryRules } from "../mutations/rules.ts";
import { RegistryState } from "../state/state.ts";
import type { KeyChange } from "../state/mutation.ts";
import type { RegistryView } from "../state/view.ts";
import { apiBoundaryNodeInvariant } from "./api-boundary-node.ts";
import { assignmentInvariant } from "./assignment.ts";
import { changelogProblems } from "./changelog.ts";
import { canisterMigrationsInvariant } from "./canister-migrations.ts";
import { chainKeyConfigInvariant } from "./chain-key-config.ts";
import { chainKeySubnetsInvariant } from "./chain-key-subnets.ts";
import { endpointsInvariant } from "./endpoints.ts";
import { firewallInvariant } from "./firewall.ts";
import { hostosVersionInvariant } from "./hostos-version.ts";
import { keyNamesInvariant } from "./key-names.ts";
import { nodeKeysInvariant } from "./node-keys.ts";
import { nodeOperatorInvariant } from "./node-operator.ts";
import { nodeRecordInvariant } from "./node-record.ts";
import { orphanedKeysInvariant } from "./orphaned-keys.ts";
import { recordFormatInvariant } from "./record-format.ts";
import { replicaVersionInvariant } from "./replica-version.ts";
import { routingInvariant } from "./routing.ts";
import { standardEngineInvariant } from "./standard-engine.ts";
import { subnetKeysInvariant } from "./subnet-keys.ts";
import { subnetListInvariant } from "./subnet-list.ts";
import { subnetMembershipInvariant } from "./subnet-membership.ts";
import { subnetSettingsInvariant } from "./subnet-settings.ts";
import { unassignedConfigInvariant } from "./unassigned-config.ts";
import type { Invariant, RegistryTransition, Violation } from "./invariant.ts";

/** All of them, in the order in which their violations are reported. */
export const INVARIANTS: readonly Invariant[] = [
  recordFormatInvariant,
  keyNamesInvariant,
  nodeOperatorInvariant,
  nodeKeysInvariant,
  orphanedKeysInvariant,
  chainKeyConfigInvariant,
  chainKeySubnetsInvariant,
  subnetKeysInvariant,
  assignmentInvariant,
  routingInvariant,
  canisterMigrationsInvariant,
  subnetListInvariant,
  subnetMembershipInvariant,
  subnetSettingsInvariant,
  replicaVersionInvariant,
  apiBoundaryNodeInvariant,
  hostosVersionInvariant,
  endpointsInvariant,
  firewallInvariant,
  unassignedConfigInvariant,
  nodeRecordInvariant,
  standardEngineInvariant,
];

/**
 * What the change would break; empty when nothing. `before` is taken to be valid. Records that cannot be read are
 * reported alone, since the other rules read them.
 */
export function checkInvariants(
  before: RegistryView,
  after: RegistryView,
  changes: readonly KeyChange[],
  rules: RegistryRules,
): Violation[] {
  const transition = { before, after, changes, rules };
  const unreadable = violationsOf(recordFormatInvariant, transition);
  return unreadable.length > 0 ? unreadable : INVARIANTS.flatMap((invariant) => violationsOf(invariant, transition));
}

function violationsOf(invariant: Invariant, transition: RegistryTransition): Violation[] {
  return Array.from(invariant.check(transition), (message) => ({ invariant: invariant.name, message }));
}

/** What is wrong with a whole registry, every version and record looked at. Costs as much as the registry is large. */
export function checkWholeRegistry(state: RegistryState, rules: RegistryRules): Violation[] {
  const versions = Array.from(changelogProblems(state.history.since(0)), (message) => ({
    invariant: "changelog",
    message,
  }));
  const changes = state.keys("").map((key) => ({ key, value: state.get(key) }));
  return [...versions, ...checkInvariants(new RegistryState(), state, changes, rules)];
}
