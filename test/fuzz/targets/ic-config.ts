import { parseIcConfig } from "../../../packages/config/src/ic-config.ts";
import { textOf, unlessRefused } from "../harness/refusal.ts";

export function fuzz(data: Uint8Array): void {
  unlessRefused(() => parseIcConfig(textOf(data), "ic.json5"));
}
