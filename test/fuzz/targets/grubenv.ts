import { deepStrictEqual } from "node:assert/strict";
import { bootStateOf, parseGrubenv, serializeGrubenv } from "../../../packages/slots/src/index.ts";
import { unlessRefused } from "../harness/refusal.ts";

const HEADER = Buffer.from("# GRUB Environment Block\n");

/** The data as a block, and as the content of a block. */
export function fuzz(data: Uint8Array): void {
  unlessRefused(() => parseGrubenv(data));
  const block = Buffer.alloc(1024, "#");
  HEADER.copy(block);
  Buffer.from(data.subarray(0, 1024 - HEADER.length)).copy(block, HEADER.length);
  const grubenv = unlessRefused(() => parseGrubenv(block));
  if (!grubenv) return;
  unlessRefused(() => bootStateOf(grubenv));
  deepStrictEqual(parseGrubenv(serializeGrubenv(grubenv)), grubenv);
}
