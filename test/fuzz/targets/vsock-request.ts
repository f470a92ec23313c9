import assert from "node:assert/strict";
import { decodeRequest, encodeRequest, MessageCollector } from "../../../packages/vsock/src/index.ts";
import { unlessRefused } from "../harness/refusal.ts";

/** What a guest sends its host. The first byte says in what pieces the others come; the result must not depend on it. */
export function fuzz(data: Uint8Array): void {
  const size = 1 + (data[0] ?? 0);
  const message = collect(data.subarray(1), size);
  assert.deepEqual(message, collect(data.subarray(1), Infinity));
  const request = message && unlessRefused(() => decodeRequest(message));
  if (request) assert.deepEqual(decodeRequest(encodeRequest(request)), request);
}

function collect(bytes: Uint8Array, size: number): Buffer | undefined {
  const collector = new MessageCollector();
  return unlessRefused(() => {
    for (let from = 0; from < bytes.length; from += size) {
      const message = collector.add(bytes.subarray(from, from + size));
      if (message) return message;
    }
    return collector.all();
  });
}
