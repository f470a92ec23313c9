import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { createPacketDecoder, frameOf, MAXIMUM_FRAME_BYTES, packetOf } from "./framing.ts";

const frames = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 20 });

/** Cuts a stream at the given places. */
function cut(stream: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((place) => place % (stream.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((start, index) => stream.subarray(start, places[index] ?? stream.length));
}

void test("frames come out as they went in, however the stream is cut", () => {
  fc.assert(
    fc.property(frames, fc.array(fc.nat(), { maxLength: 60 }), (sent, cuts) => {
      const received: string[] = [];
      const decoder = createPacketDecoder((packet) => received.push(frameOf(packet).toString("hex")));
      for (const chunk of cut(Buffer.concat(sent.map(packetOf)), cuts)) decoder.push(chunk);
      assert.deepEqual(
        received,
        sent.map((frame) => Buffer.from(frame).toString("hex")),
      );
    }),
    { seed: 1, numRuns: 500 },
  );
});

void test("garbage gives whole packets of possible length or an error, never anything else", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 10 }), (chunks) => {
      let taken = 0;
      const decoder = createPacketDecoder((packet) => {
        assert.equal(packet.readUInt32BE(0), packet.length - 4);
        assert.ok(packet.length - 4 <= MAXIMUM_FRAME_BYTES);
        taken += packet.length;
      });
      try {
        for (const chunk of chunks) decoder.push(Buffer.from(chunk));
      } catch (error) {
        assert.equal((error as { code?: string }).code, "frame-too-long");
      }
      assert.ok(taken <= chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    }),
    { seed: 2, numRuns: 500 },
  );
});
