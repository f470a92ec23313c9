import assert from "node:assert/strict";
import { test } from "node:test";
import { createPacketDecoder, MAXIMUM_FRAME_BYTES, packetOf, type Packet } from "./framing.ts";

void test("a packet that lies whole in a chunk is a view of it", () => {
  const packets: Packet[] = [];
  const stream = Buffer.concat([packetOf(Buffer.alloc(60, 1)), packetOf(Buffer.alloc(1500, 2))]);
  createPacketDecoder((packet) => packets.push(packet)).push(stream);
  assert.deepEqual(
    packets.map(({ buffer, length }) => [buffer === stream.buffer, length]),
    [
      [true, 64],
      [true, 1504],
    ],
  );
});

void test("the largest frame passes and a larger one is refused as soon as its length is read", () => {
  let count = 0;
  const decoder = createPacketDecoder(() => (count += 1));
  decoder.push(packetOf(Buffer.alloc(MAXIMUM_FRAME_BYTES)));
  assert.equal(count, 1);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(MAXIMUM_FRAME_BYTES + 1);
  assert.throws(() => decoder.push(length), { code: "frame-too-long" });
});
