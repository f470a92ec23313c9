import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { zstdCompressSync } from "node:zlib";
import { decompress } from "./zstd.ts";

const ZSTD = ["zstd", "-dcq"];
const oracle = { skip: spawnSync("zstd", ["--version"]).error ? "zstd is not installed on this machine" : false };

async function* chunked(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of source) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}

const first = randomBytes(300_000);
const second = Buffer.alloc(2_000_000, "second frame ");
const frames = Buffer.concat([zstdCompressSync(first), zstdCompressSync(second)]);
const whole = Buffer.concat([first, second]);

void test("independent frames are decompressed one after the other, however they arrive", async () => {
  for (const size of [1000, 65536, frames.length])
    assert.deepEqual(await collect(decompress(chunked(frames, size))), whole);
  const small = Buffer.concat([zstdCompressSync(Buffer.from("one ")), zstdCompressSync(Buffer.from("two"))]);
  assert.equal((await collect(decompress(chunked(small, 1)))).toString(), "one two");
});

void test("a stream that is not compressed passes unchanged", async () => {
  for (const bytes of [Buffer.alloc(0), Buffer.from("ab"), first.subarray(0, 1000)])
    assert.deepEqual(await collect(decompress(chunked(bytes, 3))), bytes);
});

void test("a command decompresses the same", oracle, async () => {
  assert.deepEqual(await collect(decompress(chunked(frames, 1000), ZSTD)), whole);
  const byCommand = execFileSync("zstd", ["-q", "-T2", "-c"], { input: whole, maxBuffer: 1e8 });
  assert.deepEqual(await collect(decompress(chunked(byCommand, 1000))), whole);
});

void test("damaged and cut-off streams are refused", async () => {
  const damaged = Buffer.from(frames);
  damaged[5] = 0xff;
  damaged.fill(0x55, 300, 400);
  const cut = frames.subarray(0, frames.length - 3);
  for (const bytes of [damaged, cut])
    await assert.rejects(collect(decompress(chunked(bytes, 5000))), { code: "update-image-invalid" });
});

void test("a command that fails, or is not there, is reported", oracle, async () => {
  const cut = frames.subarray(0, frames.length - 3);
  const code = "update-image-invalid";
  await assert.rejects(collect(decompress(chunked(cut, 5000), ZSTD)), { code, message: /zstd ended with 1/ });
  await assert.rejects(collect(decompress(chunked(frames, 5000), ["/nonexistent/zstd"])), {
    code: "command-failed",
    message: /zstd could not be run: .*ENOENT/,
  });
});

void test("an error of the source is passed on as it is", async () => {
  async function* failing(): AsyncGenerator<Buffer> {
    yield frames.subarray(0, 1000);
    throw new Error("the network is gone");
  }
  await assert.rejects(collect(decompress(failing())), { message: "the network is gone" });
  if (oracle.skip === false)
    await assert.rejects(collect(decompress(failing(), ZSTD)), { message: "the network is gone" });
});

void test("a reader that stops early ends the source and the command", async () => {
  for (const command of oracle.skip === false ? [undefined, ZSTD] : [undefined]) {
    let ended = false;
    async function* endless(): AsyncGenerator<Buffer> {
      try {
        for (;;) yield frames;
      } finally {
        ended = true;
      }
    }
    for await (const part of decompress(endless(), command)) if (part.length > 0) break;
    assert(ended);
  }
});
