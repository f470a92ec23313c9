import { join } from "node:path";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createExec, type Exec } from "@icos/system";
import { findMirrors, imageSettings, type ImageSettings } from "../settings.ts";
import { readPackageLock, writePackageLock, type LockedPackage, type PackageLock } from "./package-lock.ts";
import { loadPackageSets } from "./package-sets.ts";
import { createPrivateApt } from "./resolve.ts";

export const SUITE = "trixie";

export function packageLockFile(settings: ImageSettings): string {
  return join(settings.repository, "images/packages.lock.json");
}

export interface LockChange {
  readonly name: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

export interface LockReport {
  readonly file: string;
  readonly packages: number;
  readonly bytes: number;
  /** What differs from the lock on disk; with `update` it has been written. */
  readonly changes: readonly LockChange[];
  readonly written: boolean;
}

/** Resolves every package set against the archive of today and, with `update`, writes the lock. */
export async function lockPackages(
  options: { readonly update: boolean; readonly now?: Date },
  modules: { readonly exec?: Exec; readonly settings?: ImageSettings } = {},
): Promise<LockReport> {
  const { exec = createExec(), settings = imageSettings() } = modules;
  const file = packageLockFile(settings);
  const before = await readPackageLock(file).catch(() => undefined);
  const lock = await resolveLock(settings, exec, options.now ?? new Date());
  const changes = compareLocks(before, lock);
  const setsDiffer = JSON.stringify(before?.sets) !== JSON.stringify(lock.sets);
  const written = options.update && (changes.length > 0 || setsDiffer);
  if (written) await writePackageLock(file, lock);
  return {
    file,
    packages: lock.packages.length,
    bytes: lock.packages.reduce((sum, { size }) => sum + size, 0),
    changes,
    written,
  };
}

async function resolveLock(settings: ImageSettings, exec: Exec, now: Date): Promise<PackageLock> {
  await mkdir(settings.cache, { recursive: true });
  const root = await mkdtemp(join(settings.cache, "apt-"));
  try {
    const apt = await createPrivateApt(root, SUITE, await findMirrors(exec), exec);
    await apt.update();
    const packages = new Map<string, LockedPackage>();
    const sets: Record<string, string[]> = {};
    for (const set of await loadPackageSets(settings.repository)) {
      const resolved = await apt.resolve(set);
      for (const entry of resolved) packages.set(entry.name, entry);
      sets[set.name] = resolved.map(({ name }) => name).sort();
    }
    return {
      version: 1,
      suite: SUITE,
      date: `${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`,
      sets,
      packages: [...packages.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

function compareLocks(before: PackageLock | undefined, after: PackageLock): LockChange[] {
  const old = new Map(before?.packages.map(({ name, version }) => [name, version]));
  const current = new Map(after.packages.map(({ name, version }) => [name, version]));
  return [...new Set([...old.keys(), ...current.keys()])]
    .sort()
    .map((name) => ({ name, from: old.get(name), to: current.get(name) }))
    .filter(({ from, to }) => from !== to);
}
