import type { Json, JsonObject } from "./record-json.ts";

/** What differs in one field; `null` is what is absent. */
export interface FieldChange {
  /** `name`, `outer.inner`; `list[]` for something that enters or leaves a list. */
  readonly field: string;
  readonly before: Json;
  readonly after: Json;
}

/** The fields that differ, in the order of the record. A record that is absent has no fields. */
export function diffRecords(before: JsonObject | undefined, after: JsonObject | undefined): FieldChange[] {
  return diffObjects("", before ?? {}, after ?? {});
}

function diffObjects(path: string, before: JsonObject, after: JsonObject): FieldChange[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return Array.from(names).flatMap((name) =>
    diffValues(path === "" ? name : `${path}.${name}`, before[name] ?? null, after[name] ?? null),
  );
}

function diffValues(field: string, before: Json, after: Json): FieldChange[] {
  if (same(before, after)) return [];
  if (isList(before) || isList(after)) {
    const [old, now] = [isList(before) ? before : [], isList(after) ? after : []];
    const changes = [
      ...without(old, now).map((item) => ({ field: `${field}[]`, before: item, after: null })),
      ...without(now, old).map((item) => ({ field: `${field}[]`, before: null, after: item })),
    ];
    if (changes.length > 0 || old.length === 0) return changes;
    return [{ field, before, after }]; // the same in another order
  }
  if ((isObject(before) || before === null) && (isObject(after) || after === null))
    return diffObjects(field, before ?? {}, after ?? {});
  return [{ field, before, after }];
}

/** The items of `list` that are not in `other`, as often as they are missing there. */
function without(list: readonly Json[], other: readonly Json[]): Json[] {
  const left = new Map<string, number>();
  for (const item of other) left.set(JSON.stringify(item), (left.get(JSON.stringify(item)) ?? 0) + 1);
  return list.filter((item) => {
    const count = left.get(JSON.stringify(item)) ?? 0;
    left.set(JSON.stringify(item), count - 1);
    return count <= 0;
  });
}

function same(a: Json, b: Json): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !isList(value);
}
