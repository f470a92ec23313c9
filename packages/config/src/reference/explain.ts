import { CONFIG_OBJECTS, OBJECT_KINDS, type ObjectKind } from "../objects/config-objects.ts";
import { defaultOf, fieldRows, type FieldRow } from "../objects/field-table.ts";
import { REMOVED_FIELDS, type RemovedField } from "../objects/removed-fields.ts";

/** What is known about a field by its path or the end of it. */
export type Explanation =
  | {
      readonly kind: "field";
      readonly path: string;
      readonly objects: readonly ObjectKind[];
      readonly row: FieldRow;
      /** JSON of what an absent field is read as; undefined when it must be there. */
      readonly default: string | undefined;
    }
  | { readonly kind: "removed"; readonly path: string; readonly field: RemovedField };

/** Every field with this path, or whose path ends so (`vm_memory`), removed ones after those that exist. */
export function explainField(name: string): Explanation[] {
  const matches = (path: string): boolean => path === name || path.endsWith(`.${name}`);
  const removed = REMOVED_FIELDS.filter(({ path }) => matches(path));
  return [
    ...allFields().filter(({ path }) => matches(path)),
    ...removed.map((field): Explanation => ({ kind: "removed", path: field.path, field })),
  ];
}

/** Paths of all fields, for suggestions. */
export function knownPaths(): string[] {
  return [...new Set([...allFields(), ...REMOVED_FIELDS].map(({ path }) => path))];
}

/** Objects that say the same about a path share an entry. */
function allFields(): Extract<Explanation, { kind: "field" }>[] {
  const found = new Map<string, { objects: ObjectKind[]; row: FieldRow }>();
  for (const kind of OBJECT_KINDS)
    for (const row of fieldRows(CONFIG_OBJECTS[kind].fields)) {
      const key = JSON.stringify([row.path, row.form, row.source, row.meaning]);
      const entry = found.get(key);
      if (entry === undefined) found.set(key, { objects: [kind], row });
      else entry.objects.push(kind);
    }
  return [...found.values()].map(({ objects, row }) => ({
    kind: "field",
    path: row.path,
    objects,
    row,
    default: defaultText(row),
  }));
}

/** `null`, `false`, `16`; a section's default is the default of each of its fields and shown as `{…}`. */
export function defaultText(field: Parameters<typeof defaultOf>[0]): string | undefined {
  const found = defaultOf(field);
  if (found === undefined) return undefined;
  return field.fields !== undefined && found.value !== null ? "{…}" : JSON.stringify(found.value);
}
