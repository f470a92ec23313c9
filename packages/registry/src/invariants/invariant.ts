import { KeyPrefix, parseCryptoRecordKey, registryKey } from "../keys.ts";
import { isListedSubnet } from "../mutations/membership.ts";
import type { RegistryRules } from "../mutations/rules.ts";
import { principalText } from "../principal-text.ts";
import { SubnetListRecordSchema } from "../records.ts";
import type { KeyChange } from "../state/mutation.ts";
import { readRecord, type RegistryView } from "../state/view.ts";

export interface Violation {
  /** The invariant's name. */
  readonly invariant: string;
  /** A sentence that names the records, and what to do where that is not obvious. */
  readonly message: string;
}

/** A change of the registry, before it is made. `before` satisfies all invariants. */
export interface RegistryTransition {
  readonly before: RegistryView;
  readonly after: RegistryView;
  readonly changes: readonly KeyChange[];
  readonly rules: RegistryRules;
}

/**
 * A rule that every version of the registry satisfies. `check` looks only at what the change can have broken, so that
 * its cost depends on the change and not on the size of the registry; it returns a text for each violation.
 */
export interface Invariant {
  readonly name: string;
  check(transition: RegistryTransition): Iterable<string>;
}

/** The changed keys that begin with the prefix. */
export function changedKeys({ changes }: RegistryTransition, prefix: string): string[] {
  return changes.flatMap(({ key }) => (key.startsWith(prefix) ? [key] : []));
}

/** What follows the prefix in the changed keys that begin with it. */
export function changedIds(transition: RegistryTransition, prefix: string): string[] {
  return changedKeys(transition, prefix).map((key) => key.slice(prefix.length));
}

export function changes({ changes }: RegistryTransition, key: string): boolean {
  return changes.some((change) => change.key === key);
}

/** The nodes, in textual form, whose node record, keys or certificate change. */
export function touchedNodes(transition: RegistryTransition): ReadonlySet<string> {
  return new Set([
    ...changedIds(transition, KeyPrefix.nodeRecord),
    ...changedIds(transition, KeyPrefix.tlsCertificate),
    ...changedKeys(transition, KeyPrefix.cryptoRecord).flatMap((key) => parseCryptoRecordKey(key)?.node ?? []),
  ]);
}

/** The listed subnets, in textual form. */
export function listedSubnetTexts(view: RegistryView): readonly string[] {
  return (readRecord(view, SubnetListRecordSchema, registryKey.subnetList)?.subnets ?? []).map(principalText);
}

/** Listed subnets, in textual form, whose record changes or who are newly listed. */
export function touchedSubnets(transition: RegistryTransition): ReadonlySet<string> {
  const { after } = transition;
  const changed = changedIds(transition, KeyPrefix.subnetRecord).filter((subnet) => isListedSubnet(after, subnet));
  return new Set([...changed, ...newlyListed(transition)]);
}

/** Subnets, in textual form, who are in the list now and were not. */
export function newlyListed(transition: RegistryTransition): string[] {
  if (!changes(transition, registryKey.subnetList)) return [];
  return listedSubnetTexts(transition.after).filter((subnet) => !isListedSubnet(transition.before, subnet));
}

/** Subnets, in textual form, who were in the list and are not now. */
export function newlyUnlisted(transition: RegistryTransition): string[] {
  if (!changes(transition, registryKey.subnetList)) return [];
  return listedSubnetTexts(transition.before).filter((subnet) => !isListedSubnet(transition.after, subnet));
}

/** The listed subnets, in textual form, that have the node as a member. */
export function subnetsOf(view: RegistryView, node: string): string[] {
  return view
    .holders("member", node)
    .map((key) => key.slice(KeyPrefix.subnetRecord.length))
    .filter((subnet) => isListedSubnet(view, subnet));
}
