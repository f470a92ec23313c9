import { hash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { IcosError } from "@icos/system";

const PackageFile = v.object({ dependencies: v.optional(v.record(v.string(), v.unknown()), {}) });
const SCOPE = "@icos/";
const TEST_FILE = /\.(test|property|sim)\.ts$/;

/**
 * The packages of this workspace whose code may be in a program: the one that the program's source is in, and what that
 * declares, and so on. A test of the repository holds declarations and imports together.
 *
 * @param sources Entry points relative to the repository, `packages/NAME/src/…`.
 * @returns Names without scope, sorted.
 * @throws IcosError `bundle-failed` for an entry point outside of `packages`.
 */
export async function packagesOf(repository: string, sources: readonly string[]): Promise<readonly string[]> {
  const found = new Set<string>();
  const left = sources.map((source) => {
    const name = /^packages\/([^/]+)\//.exec(source)?.[1];
    if (name === undefined) throw new IcosError("bundle-failed", `${source} is in no package of this workspace.`);
    return name;
  });
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    const text = await readFile(join(repository, "packages", name, "package.json"), "utf8");
    const { dependencies } = v.parse(PackageFile, JSON.parse(text));
    for (const dependency of Object.keys(dependencies))
      if (dependency.startsWith(SCOPE)) left.push(dependency.slice(SCOPE.length));
  }
  return [...found].sort();
}

/** Names and hashes of everything that a bundle of these entry points may be made of; others' tests change nothing. */
export async function hashProgramSources(repository: string, sources: readonly string[]): Promise<readonly string[]> {
  const files = ["package-lock.json"];
  for (const name of await packagesOf(repository, sources)) {
    const directory = join("packages", name);
    files.push(join(directory, "package.json"));
    const entries = await readdir(join(repository, directory, "src"), { recursive: true, withFileTypes: true });
    for (const entry of entries)
      if (entry.isFile() && !TEST_FILE.test(entry.name))
        files.push(join(entry.parentPath, entry.name).slice(repository.length + 1));
  }
  const hashed = files
    .sort()
    .map(async (file) => [file, hash("sha256", await readFile(join(repository, file)))] as const);
  return (await Promise.all(hashed)).flat();
}
