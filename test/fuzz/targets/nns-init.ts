import { parseNnsInit } from "../../../packages/nns/src/init.ts";
import { textOf, unlessRefused } from "../harness/refusal.ts";

export function fuzz(data: Uint8Array): void {
  unlessRefused(() => parseNnsInit(textOf(data)));
}
