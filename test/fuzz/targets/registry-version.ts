import { deepStrictEqual } from "node:assert/strict";
import { completeVersion, decodeVersion, encodedVersion } from "../../../packages/registry/src/index.ts";
import { unlessRefused } from "../harness/refusal.ts";

/** A version of the registry as it is certified. */
export function fuzz(data: Uint8Array): void {
  const version = unlessRefused(() => decodeVersion(1, data));
  if (!version) return;
  encodedVersion(version);
  const again = decodeVersion(1, completeVersion(version));
  deepStrictEqual(
    again.changes.map(({ key }) => key),
    version.changes.map(({ key }) => key),
  );
}
