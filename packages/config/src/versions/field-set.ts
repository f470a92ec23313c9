import { configObject, type ObjectKind } from "../objects/config-objects.ts";
import { fieldRows, type FieldRow } from "../objects/field-table.ts";
import { isJsonObject } from "../objects/json-path.ts";
import { REMOVED_FIELDS, type RemovedField } from "../objects/removed-fields.ts";
import { compareVersions } from "../objects/version-order.ts";

/** The fields that an object has in one version. */

export function rowsOf(kind: ObjectKind): FieldRow[] {
  return fieldRows(configObject(kind).fields);
}

export function removedOf(kind: ObjectKind): RemovedField[] {
  return REMOVED_FIELDS.filter(({ kinds }) => kinds.includes(kind));
}

export interface Pruned {
  readonly document: unknown;
  /** Paths of what was left out. */
  readonly dropped: readonly string[];
  /** Paths of enums whose variant the version does not know; such a document cannot be had in that version. */
  readonly unknownVariants: readonly string[];
}

/** A copy with only those fields that the object has in `version`. */
export function pruneTo(document: unknown, kind: ObjectKind, version: string): Pruned {
  const known = (since: string): boolean => compareVersions(since, version) <= 0;
  const rows = rowsOf(kind).filter(({ since }) => known(since));
  const removed = removedOf(kind).filter(
    ({ since, removedIn }) => known(since) && compareVersions(version, removedIn) < 0,
  );
  const paths = new Set([...rows, ...removed].map(({ path }) => path));
  const enums = new Set(rows.filter(({ variants }) => variants !== undefined).map(({ path }) => path));
  const containers = new Set([...paths].map((path) => path.replace(/\.[^.]*$/, "")));
  const dropped: string[] = [];
  const unknownVariants: string[] = [];
  const copy = (value: unknown, above: string): unknown => {
    if (!isJsonObject(value) || (above !== "" && !containers.has(above))) return value;
    const kept = Object.entries(value).filter(([name]) => {
      const path = above === "" ? name : `${above}.${name}`;
      if (paths.has(path)) return true;
      (enums.has(above) ? unknownVariants : dropped).push(path);
      return false;
    });
    return Object.fromEntries(kept.map(([name, each]) => [name, copy(each, above === "" ? name : `${above}.${name}`)]));
  };
  return { document: copy(document, ""), dropped, unknownVariants };
}
