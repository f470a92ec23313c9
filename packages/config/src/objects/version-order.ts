import { CONFIG_OBJECTS, OBJECT_KINDS } from "./config-objects.ts";
import { fieldRows } from "./field-table.ts";
import { REMOVED_FIELDS } from "./removed-fields.ts";

/** Order of two versions of three numbers: negative when `a` is older. */
export function compareVersions(a: string, b: string): number {
  const numbers = b.split(".").map(Number);
  for (const [index, part] of a.split(".").entries()) {
    const difference = Number(part) - (numbers[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Versions in which a field came or went, oldest first. */
export const SHAPE_VERSIONS: readonly string[] = [
  ...new Set([
    ...OBJECT_KINDS.flatMap((kind) => fieldRows(CONFIG_OBJECTS[kind].fields).map(({ since }) => since)),
    ...REMOVED_FIELDS.flatMap(({ since, removedIn }) => [since, removedIn]),
  ]),
].sort(compareVersions);
