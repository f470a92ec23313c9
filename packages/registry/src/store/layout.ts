import { join } from "node:path";

/** The file of a version below the store: 16 hex digits split 10/2/2/2. */
export function versionPath(version: number): string {
  const hex = version.toString(16).padStart(16, "0");
  return join(hex.slice(0, 10), hex.slice(10, 12), hex.slice(12, 14), `${hex.slice(14)}.pb`);
}
