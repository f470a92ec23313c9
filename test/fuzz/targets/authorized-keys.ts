import { deepStrictEqual } from "node:assert/strict";
import { formatAuthorizedKeys, parseAuthorizedKeys } from "../../../packages/config/src/ssh-keys.ts";
import { textOf, unlessRefused } from "../harness/refusal.ts";

/** What is taken is the same when it is written and read again: no key can smuggle in a line of its own. */
export function fuzz(data: Uint8Array): void {
  const keys = unlessRefused(() => parseAuthorizedKeys(textOf(data), "admin"));
  if (keys) deepStrictEqual(parseAuthorizedKeys(formatAuthorizedKeys(keys), "admin"), keys);
}
