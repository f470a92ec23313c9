import { hash } from "node:crypto";
import { mkdir, mkdtemp, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { systemErrorCode } from "@icos/system";

/** A stage's name in the cache: the hash of everything its result depends on. */
export function stageKey(inputs: unknown): string {
  return hash("sha256", JSON.stringify(inputs)).slice(0, 32);
}

/**
 * The directory with the result of a build stage. When it is in the cache nothing runs; otherwise `build` fills a
 * temporary directory that becomes the result by one rename, so that an interrupted stage leaves nothing half done.
 */
export async function buildStage(
  cache: string,
  name: string,
  key: string,
  build: (directory: string) => Promise<void>,
): Promise<string> {
  const parent = join(cache, "stages", name);
  const result = join(parent, key);
  if (await isDirectory(result)) {
    const now = new Date();
    await utimes(result, now, now).catch(() => undefined); // a cache that belongs to another user
    return result;
  }
  await mkdir(parent, { recursive: true });
  const directory = await mkdtemp(join(parent, `.${key}-`));
  try {
    await build(directory);
    await rename(directory, result).catch(async (error: unknown) => {
      const taken = ["ENOTEMPTY", "EEXIST"].includes(systemErrorCode(error) ?? "");
      if (!taken) throw error;
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  return result;
}

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}
