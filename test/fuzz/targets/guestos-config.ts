import { deepStrictEqual } from "node:assert/strict";
import { formatGuestosConfig, parseGuestosConfig } from "../../../packages/config/src/guestos-config.ts";
import { textOf, unlessRefused } from "../harness/refusal.ts";

/** What is taken is the same when it is written and read again. */
export function fuzz(data: Uint8Array): void {
  const config = unlessRefused(() => parseGuestosConfig(textOf(data), "config.json"));
  if (config) deepStrictEqual(parseGuestosConfig(formatGuestosConfig(config), "config.json"), config);
}
