import { copyFile, link, mkdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { IcosError, systemErrorCode } from "@icos/system";

/**
 * Gives the testnet its own name for a file of the build cache, so that emptying the cache does not break the testnet:
 * a hard link, or a copy where that is not possible. What is there already is kept.
 */
export async function adoptFile(source: string, target: string): Promise<void> {
  if (await exists(target)) return;
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const temporary = join(dirname(target), `.${basename(target)}.tmp`);
  await rm(temporary, { force: true });
  try {
    await link(source, temporary).catch(async (error: unknown) => {
      if (systemErrorCode(error) === "ENOENT") throw error;
      await copyFile(source, temporary);
    });
    await rename(temporary, target);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new IcosError("image-missing", `The image ${source} that this testnet was made with cannot be used.`, {
      next: "Remove the testnet with `icos testnet down` and bring it up again.",
      place: { file: source },
      cause,
    });
  }
}

export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return false;
    throw error;
  }
}
