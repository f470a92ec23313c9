import { isDeepStrictEqual } from "node:util";
import { configObject } from "../objects/config-objects.ts";
import { leafPaths, valueAt, withPath } from "../objects/json-path.ts";
import { OPERATOR_KEY_PATH } from "../objects/read-object.ts";
import { redact, REDACTED } from "../objects/secret-fields.ts";
import type { Secret } from "../secret.ts";
import type { LoadedConfig } from "./load-config.ts";

/** The object as it may be shown: nothing secret or sensitive in it, and a mark where there is a key. */
export function shownConfig({ kind, config, operatorKey }: LoadedConfig): object {
  const shown = redact(configObject(kind).fields, config);
  return operatorKey ? withPath(shown, OPERATOR_KEY_PATH, REDACTED) : withPath(shown, OPERATOR_KEY_PATH, null);
}

export interface FieldDifference {
  readonly path: string;
  /** As it may be shown; undefined when the object has no such field. */
  readonly before: unknown;
  readonly after: unknown;
}

/** Every field in which two objects differ, hidden ones by their path alone. */
export function diffConfigs(a: LoadedConfig, b: LoadedConfig): FieldDifference[] {
  const [shownA, shownB] = [shownConfig(a), shownConfig(b)];
  const paths = new Set([...leafPaths(a.config), ...leafPaths(b.config)]);
  const fields = [...paths].filter((path) => !isDeepStrictEqual(valueAt(a.config, path), valueAt(b.config, path)));
  const keyPath = sameSecret(a.operatorKey, b.operatorKey) ? [] : [OPERATOR_KEY_PATH];
  return withoutParents([...fields, ...keyPath]).map((path) => ({
    path,
    before: valueAt(shownA, path),
    after: valueAt(shownB, path),
  }));
}

/** A null on one side and an object on the other: the fields of the object say it all. */
function withoutParents(paths: readonly string[]): string[] {
  return paths.filter((path) => !paths.some((other) => other.startsWith(`${path}.`))).toSorted();
}

function sameSecret(a: Secret | undefined, b: Secret | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return Buffer.from(a.reveal()).equals(b.reveal());
}
