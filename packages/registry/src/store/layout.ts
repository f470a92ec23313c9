import { join } from "node:path";

/** The file of a version below the store: 16 hex digits split 10/2/2/2. */
export function versionPath(version: number): string {
  const hex = version.toString(16).padStart(16, "0");
  return join(hex.slice(0, 10), hex.slice(10, 12), hex.slice(12, 14), `${hex.slice(14)}.pb`);
}

/** Names at each depth of the layout, the files last. */
export const LEVELS = [/^[0-9a-f]{10}$/, /^[0-9a-f]{2}$/, /^[0-9a-f]{2}$/, /^[0-9a-f]{2}\.pb$/] as const;

/** How many versions lie side by side in one directory. */
export const VERSIONS_PER_DIRECTORY = 256;

/** A file being written; its name is gone once the version has its own. */
export const UNFINISHED = /^\..*\.tmp$/;
