/** Reading and changing a JSON document by dotted path. Nothing here changes a value in place. */

export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What stands at the path, or `undefined` when there is nothing. */
export function valueAt(document: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (value, name) => (isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined),
      document,
    );
}

/** A copy with this value at the path; objects on the way are made when `document` has none. */
export function withPath(document: unknown, path: string, value: unknown): JsonObject {
  const [name = "", ...rest] = path.split(".");
  const object = isJsonObject(document) ? document : {};
  const below = Object.hasOwn(object, name) ? object[name] : undefined;
  return { ...object, [name]: rest.length === 0 ? value : withPath(below, rest.join("."), value) };
}

/** A copy without what stands at the path; a document without it stays as it is. */
export function withoutPath(document: unknown, path: string): unknown {
  const [name = "", ...rest] = path.split(".");
  if (!isJsonObject(document) || !Object.hasOwn(document, name)) return document;
  const { [name]: below, ...others } = document;
  return rest.length === 0 ? others : { ...document, [name]: withoutPath(below, rest.join(".")) };
}

/** Paths of everything in a document that is no object, and of empty objects. */
export function leafPaths(document: unknown, above = ""): string[] {
  if (!isJsonObject(document) || Object.keys(document).length === 0) return above === "" ? [] : [above];
  return Object.entries(document).flatMap(([name, value]) =>
    leafPaths(value, above === "" ? name : `${above}.${name}`),
  );
}
