import { createExec } from "@icos/system";
import { imageSettings } from "@icos/image";
import { packageLockFile } from "../../packages/image/src/lock/lock-packages.ts";
import { packagesOfSet, readPackageLock } from "../../packages/image/src/lock/package-lock.ts";
import { fetchSet } from "../../packages/image/src/tools/tools-tree.ts";

/** What a build of GuestOS downloads first: the tools tree and the image. */
const SETS = ["tools", "guestos-prod"];

/** Has all packages of a build in the cache, and says how many bytes they are, each counted once. */
export async function fetchDownloads(signal: AbortSignal): Promise<number> {
  const settings = imageSettings();
  const lock = await readPackageLock(packageLockFile(settings));
  for (const set of SETS) await fetchSet(lock, set, settings, createExec(), { signal });
  const sizes = new Map(SETS.flatMap((set) => packagesOfSet(lock, set)).map(({ sha256, size }) => [sha256, size]));
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}
