import { readDump } from "../../../packages/nns/src/dump/read-dump.ts";
import { textOf, unlessRefused } from "../harness/refusal.ts";

export function fuzz(data: Uint8Array): void {
  unlessRefused(() => readDump(textOf(data)));
}
