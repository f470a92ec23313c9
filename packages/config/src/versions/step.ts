import { isDeepStrictEqual } from "node:util";
import type { ObjectKind } from "../objects/config-objects.ts";
import { defaultOf, type FieldRow } from "../objects/field-table.ts";
import { isJsonObject, valueAt, withoutPath, withPath } from "../objects/json-path.ts";
import type { RemovedField } from "../objects/removed-fields.ts";
import { removedOf, rowsOf } from "./field-set.ts";

/**
 * One step of a migration: into the version in which something came or went, or back out of it. Both follow from the
 * field tables, work on a copy and never see a secret.
 */
export interface Step {
  readonly document: unknown;
  /** Paths whose value is in no other field of the result. */
  readonly dropped: readonly string[];
}

/** Whether there is a secret for this path, in the object's file or beside it. */
export type HasSecret = (path: string) => boolean;

/** From the version before `version` to it. */
export function stepForward(document: unknown, kind: ObjectKind, version: string, hasSecret: HasSecret): Step {
  let result = document;
  for (const row of rowsOf(kind)) {
    if (row.since !== version || row.sensitivity === "secret" || valueAt(result, row.path) !== undefined) continue;
    const initial = carriedOver(result, kind, row.path) ?? (row.fields ? sectionDefault(row) : defaultOf(row)?.value);
    if (initial !== undefined && hasParent(result, row.path)) result = withPath(result, row.path, initial);
  }
  const dropped: string[] = [];
  for (const field of goneIn(kind, version)) {
    const value = valueAt(result, field.path);
    if (value === undefined) continue;
    if (losesSomething(result, field, value, hasSecret)) dropped.push(field.path);
    result = withoutPath(result, field.path);
  }
  return { document: result, dropped };
}

/** From `version` to the version before it. */
export function stepBack(document: unknown, kind: ObjectKind, version: string, hasSecret: HasSecret): Step {
  let result = document;
  for (const field of goneIn(kind, version)) {
    const value = restoredValue(result, field, hasSecret);
    if (value !== undefined && hasParent(result, field.path)) result = withPath(result, field.path, value);
  }
  const dropped: string[] = [];
  for (const row of rowsOf(kind).toReversed()) {
    const value = valueAt(result, row.path);
    if (row.since !== version || value === undefined) continue;
    const older = removedOf(kind).find(({ restored }) => "from" in restored && restored.from === row.path);
    const carried = older !== undefined && valueAt(result, older.path) === value;
    const below = dropped.some((path) => path.startsWith(`${row.path}.`));
    if (!carried && !below && !saysNothing(row, value)) dropped.push(row.path);
    result = withoutPath(result, row.path); // a section after its fields
  }
  return { document: result, dropped };
}

function goneIn(kind: ObjectKind, version: string): RemovedField[] {
  return removedOf(kind).filter(({ removedIn }) => removedIn === version);
}

/** An older field's value, for the field that took its place. */
function carriedOver(document: unknown, kind: ObjectKind, path: string): unknown {
  const older = removedOf(kind).find(({ restored }) => "from" in restored && restored.from === path);
  return older && valueAt(document, older.path);
}

/** A section begins empty, so that its fields can take values of older ones; or it is null. */
function sectionDefault(row: FieldRow): unknown {
  const found = defaultOf(row);
  return isJsonObject(found?.value) ? {} : found?.value;
}

function hasParent(document: unknown, path: string): boolean {
  const end = path.lastIndexOf(".");
  return end < 0 || isJsonObject(valueAt(document, path.slice(0, end)));
}

/** The value is what an absent field is read as; of a section that is always there, only its fields say something. */
function saysNothing(row: FieldRow, value: unknown): boolean {
  const absent = defaultOf(row)?.value;
  return (row.fields !== undefined && isJsonObject(absent)) || isDeepStrictEqual(value, absent);
}

/** False when the value is elsewhere too, or is what a migration back would write anyway. */
function losesSomething(document: unknown, field: RemovedField, value: unknown, hasSecret: HasSecret): boolean {
  return !isDeepStrictEqual(restoredValue(document, field, hasSecret), value);
}

function restoredValue(document: unknown, { restored }: RemovedField, hasSecret: HasSecret): unknown {
  if ("value" in restored) return restored.value;
  return "from" in restored ? valueAt(document, restored.from) : hasSecret(restored.whenSecret);
}
