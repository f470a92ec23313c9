import { Secret } from "../secret.ts";
import { fieldRows, type FieldTable } from "./field-table.ts";
import { isJsonObject, valueAt, withoutPath, withPath, type JsonObject } from "./json-path.ts";

export const REDACTED = "<redacted>";

export interface WithoutSecrets {
  /** A copy of the document without its secret fields. */
  readonly value: unknown;
  /** What stood in them, by path; fields that are null or an empty text hold none. */
  readonly secrets: ReadonlyMap<string, Secret>;
}

/** Takes the fields out that must never be part of an object, whatever stands in them. */
export function takeSecrets(table: FieldTable, document: unknown): WithoutSecrets {
  let value = document;
  const secrets = new Map<string, Secret>();
  for (const path of pathsOf(table, "secret")) {
    const found = valueAt(value, path);
    if (found === undefined) continue;
    value = withoutPath(value, path);
    if (found === null || found === "") continue;
    secrets.set(path, new Secret(typeof found === "string" ? found : JSON.stringify(found)));
  }
  return { value, secrets };
}

/**
 * A copy of a document or an object to show: sensitive and secret fields that hold something, and user names and
 * passwords in URLs, are `<redacted>`.
 */
export function redact(table: FieldTable, document: unknown): unknown {
  const hidden = new Set([...pathsOf(table, "sensitive"), ...pathsOf(table, "secret")]);
  const copy = (value: unknown, path: string): unknown => {
    if (hidden.has(path)) return value === null || value === undefined ? value : REDACTED;
    if (typeof value === "string") return value.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, `$1${REDACTED}@`);
    if (Array.isArray(value)) return value.map((each) => copy(each, `${path}[]`));
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, copy(each, path === "" ? name : `${path}.${name}`)]),
    );
  };
  return copy(document, "");
}

function pathsOf(table: FieldTable, sensitivity: "sensitive" | "secret"): string[] {
  return fieldRows(table)
    .filter((row) => row.sensitivity === sensitivity)
    .map(({ path }) => path);
}

/**
 * The document of an upstream reader, who finds the operator's key inside it. The only function that puts a secret into
 * a document; its result is for a file of mode 0600 and nothing else.
 */
export function withSecretForUpstream(document: JsonObject, path: string, secret: Secret): JsonObject {
  return withPath(document, path, Buffer.from(secret.reveal()).toString("utf8"));
}
