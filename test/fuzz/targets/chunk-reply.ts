import { decodeChunkReply } from "../../../packages/registry/src/replicate/chunk-message.ts";
import { unlessRefused } from "../harness/refusal.ts";

/** The reply of `get_chunk`, which a node reads without a candid library. */
export function fuzz(data: Uint8Array): void {
  unlessRefused(() => decodeChunkReply(data));
}
