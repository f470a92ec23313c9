import assert from "node:assert/strict";
import { decodeResponse, encodeResponse } from "../../../packages/vsock/src/index.ts";
import { unlessRefused } from "../harness/refusal.ts";

/** What a host answers its guest. */
export function fuzz(data: Uint8Array): void {
  const response = unlessRefused(() => decodeResponse(data));
  if (response) assert.deepEqual(decodeResponse(encodeResponse(response)), response);
}
