import { deepStrictEqual } from "node:assert/strict";
import { decodeChangelogEntry, encodeChangelogEntry } from "../../../packages/registry/src/index.ts";
import { unlessRefused } from "../harness/refusal.ts";

/** A file of the local store. */
export function fuzz(data: Uint8Array): void {
  const changes = unlessRefused(() => decodeChangelogEntry(data, "1.pb"));
  if (!changes) return;
  const again = decodeChangelogEntry(encodeChangelogEntry(changes), "1.pb");
  deepStrictEqual(
    again.map(({ key }) => key),
    changes.map(({ key }) => key),
  );
}
