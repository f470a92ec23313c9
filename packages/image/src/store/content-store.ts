import { createReadStream } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";

/** Files by the SHA-256 of their content. A file that is present is complete: it was verified before its rename. */
export interface ContentStore {
  pathOf(sha256: string): string;
  /** Where a download in progress collects its bytes; survives an interruption. */
  partialOf(sha256: string): string;
  has(sha256: string, size: number): Promise<boolean>;
  /** Takes a file in under its hash; the content must have been verified. */
  adopt(file: string, sha256: string): Promise<void>;
  discardPartial(sha256: string): Promise<void>;
}

export function createContentStore(root: string): ContentStore {
  const pathOf = (sha256: string): string => join(root, "sha256", sha256.slice(0, 2), sha256);
  return {
    pathOf,
    partialOf: (sha256) => join(root, "partial", sha256),
    has: async (sha256, size) => {
      const found = await stat(pathOf(sha256)).catch(() => undefined);
      return found?.size === size;
    },
    adopt: async (file, sha256) => {
      await mkdir(dirname(pathOf(sha256)), { recursive: true });
      await rename(file, pathOf(sha256));
    },
    discardPartial: (sha256) => rm(join(root, "partial", sha256), { force: true }),
  };
}

/** SHA-256 of a file, streamed, in lower-case hex. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest("hex");
}
