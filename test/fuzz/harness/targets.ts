import { readdir } from "node:fs/promises";
import { join } from "node:path";

const DIRECTORY = join(import.meta.dirname, "../targets");

/** A parser to be fuzzed: a module of `targets/` that exports `fuzz(data)`. */
export interface FuzzTarget {
  /** The file's name without `.ts`. */
  readonly name: string;
  readonly file: string;
}

/** Those that are named, or all. */
export async function listTargets(named: readonly string[] = []): Promise<readonly FuzzTarget[]> {
  const files = (await readdir(DIRECTORY)).filter((file) => file.endsWith(".ts")).sort();
  return files
    .map((file) => ({ name: file.slice(0, -".ts".length), file: join(DIRECTORY, file) }))
    .filter(({ name }) => named.length === 0 || named.includes(name));
}
