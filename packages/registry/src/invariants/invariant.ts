import { Principal } from "@icos/certification";
import { KeyPrefix, parseCryptoRecordKey, principalOfKey, registryKey } from "../keys.ts";
import type { RegistryRules } from "../mutations/rules.ts";
import { SubnetListRecordSchema } from "../records.ts";
import type { KeyChange } from "../state/mutation.ts";
import { readRecord, type RegistryView } from "../state/view.ts";

export interface Violation {
  /** The invariant's name. */
  readonly invariant: string;
  /** A sentence that names the record. */
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
 * its cost depends on the change and not on the size of the registry; it returns one sentence for each violation.
 */
export interface Invariant {
  readonly name: string;
  check(transition: RegistryTransition): Iterable<string>;
}

/** The changed keys that begin with the prefix. */
export function changedKeys({ changes }: RegistryTransition, prefix: string): string[] {
  return changes.flatMap(({ key }) => (key.startsWith(prefix) ? [key] : []));
}

/** The nodes whose node record, keys or certificate change. */
export function touchedNodes({ changes }: RegistryTransition): Principal[] {
  const nodes = changes.flatMap(({ key }) => {
    const node =
      principalOfKey(KeyPrefix.nodeRecord, key) ??
      principalOfKey(KeyPrefix.tlsCertificate, key) ??
      parseCryptoRecordKey(key)?.node;
    return node ? [node.toText()] : [];
  });
  return [...new Set(nodes)].map((text) => Principal.fromText(text));
}

/** The listed subnets, in textual form. */
export function listedSubnetTexts(view: RegistryView): readonly string[] {
  const list = readRecord(view, SubnetListRecordSchema, registryKey.subnetList);
  return (list?.subnets ?? []).map((id) => Principal.fromUint8Array(id).toText());
}

/** Listed subnets whose record, or whose place in the list, changes. */
export function touchedSubnets(transition: RegistryTransition): Principal[] {
  const { before, after } = transition;
  const listed = listedSubnetTexts(after);
  const old = transition.changes.some(({ key }) => key === registryKey.subnetList)
    ? new Set(listedSubnetTexts(before))
    : undefined;
  const changed = new Set(changedKeys(transition, KeyPrefix.subnetRecord));
  return listed
    .filter((text) => changed.has(KeyPrefix.subnetRecord + text) || old?.has(text) === false)
    .map((text) => Principal.fromText(text));
}
