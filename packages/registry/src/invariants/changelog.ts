import type { RegistryHistory } from "../state/history.ts";
import { compareKeys } from "../state/mutation.ts";

/**
 * What is wrong with the history of a registry: versions count from 1 without a gap, and each changes something, each
 * key once and in order. For a history as a whole, when it is loaded; a single change cannot break it.
 */
export function* changelogProblems(versions: ReturnType<RegistryHistory["since"]>): Iterable<string> {
  for (const [index, { version, changes }] of versions.entries()) {
    if (version !== index + 1) yield `Version ${index + 1} is missing: version ${version} is in its place.`;
    if (changes.length === 0) yield `Version ${version} changes nothing.`;
    for (const [place, { key }] of changes.entries()) {
      const next = changes[place + 1];
      if (next && compareKeys(key, next.key) >= 0)
        yield `Version ${version} changes ${next.key} twice or out of order.`;
    }
  }
}
