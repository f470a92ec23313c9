import * as v from "valibot";
import { readFile } from "node:fs/promises";
import { parseJson, writeFileDurably } from "@icos/system";

const Sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, "not a SHA-256 in lower-case hex"));

/** One pinned Debian package. `source` names the archive, `path` the file within it. */
const LockedPackage = v.strictObject({
  name: v.string(),
  version: v.string(),
  architecture: v.picklist(["amd64", "all"]),
  source: v.picklist(["debian", "security"]),
  path: v.pipe(v.string(), v.regex(/^pool\/[^\0]+\.deb$/, "not a path below pool/")),
  size: v.pipe(v.number(), v.integer(), v.minValue(1)),
  sha256: Sha256,
});
export type LockedPackage = v.InferOutput<typeof LockedPackage>;

const PackageLockSchema = v.strictObject({
  version: v.literal(1),
  suite: v.string(),
  /** When the lock was made; the snapshot archive is asked for this moment. */
  date: v.pipe(v.string(), v.regex(/^\d{8}T\d{6}Z$/, "not a time such as 20260101T000000Z")),
  /** What each image (or the tools tree) holds, as `name` of `packages`. */
  sets: v.record(v.string(), v.array(v.string())),
  packages: v.array(LockedPackage),
});
export type PackageLock = v.InferOutput<typeof PackageLockSchema>;

export async function readPackageLock(file: string): Promise<PackageLock> {
  return parseJson(PackageLockSchema, await readFile(file, "utf8"), {
    code: "bad-package-lock",
    name: "The package lock",
    file,
    next: "Restore it from version control, or make a new one with `icos image lock --update`.",
  });
}

export async function writePackageLock(file: string, lock: PackageLock): Promise<void> {
  await writeFileDurably(file, `${JSON.stringify(lock, undefined, 1)}\n`);
}

/** The packages of a set, in lock order. */
export function packagesOfSet(lock: PackageLock, set: string): readonly LockedPackage[] {
  const names = new Set(lock.sets[set]);
  return lock.packages.filter(({ name }) => names.has(name));
}
