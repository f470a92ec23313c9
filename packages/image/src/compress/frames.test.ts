import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { zstdDecompressSync } from "node:zlib";
import { compressInFrames } from "./frames.ts";

async function compress(bytes: Buffer, chunk: number): Promise<Buffer> {
  async function* source(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
  }
  const frames: Uint8Array[] = [];
  for await (const frame of compressInFrames(source())) frames.push(frame);
  return Buffer.concat(frames);
}

void test("what is compressed comes back, and its bytes do not depend on how it arrived", async () => {
  const bytes = Buffer.concat([Buffer.alloc(9 << 20, "text "), randomBytes(3 << 20)]);
  const [a, b] = [await compress(bytes, 1 << 20), await compress(bytes, 777_777)];
  assert.ok(a.equals(b));
  assert.ok(zstdDecompressSync(a).equals(bytes));
});
