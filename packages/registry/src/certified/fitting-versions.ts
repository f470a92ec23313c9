import type { RegistryHistory } from "../state/history.ts";
import type { RegistryVersion } from "../state/mutation.ts";
import { encodedVersion, MAX_VERSION_BYTES, replyBytes } from "./encode-version.ts";

/** A reply has at most this many versions. */
export const MAX_VERSIONS_PER_REPLY = 1000;

/** As many versions after `since` as one reply may have, with their certified form; one always fits. */
export function fittingVersions(
  history: RegistryHistory,
  since: number,
  maxVersions = MAX_VERSIONS_PER_REPLY,
): { readonly version: RegistryVersion; readonly encoded: Uint8Array }[] {
  const found: { version: RegistryVersion; encoded: Uint8Array }[] = [];
  let size = 0;
  for (const version of history.since(since, maxVersions)) {
    const encoded = encodedVersion(version);
    size += replyBytes(encoded);
    if (size > MAX_VERSION_BYTES && found.length > 0) break;
    found.push({ version, encoded });
  }
  return found;
}
