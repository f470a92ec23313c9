import assert from "node:assert/strict";

/** Like `deepEqual` for long buffers, but tells the first difference instead of computing a diff of megabytes. */
export function assertSameBytes(actual: Uint8Array, expected: Uint8Array, what = "the bytes"): void {
  if (Buffer.compare(actual, expected) === 0) return;
  const at = expected.findIndex((byte, index) => actual[index] !== byte);
  assert.fail(
    at === -1 || at >= actual.length
      ? `${what}: ${actual.length} bytes, not ${expected.length}`
      : `${what}: byte ${at} is ${actual[at]}, not ${expected[at]}`,
  );
}
