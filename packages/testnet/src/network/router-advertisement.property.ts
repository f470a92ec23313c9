import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { decodeIcmpv6Frame, encodeIcmpv6Frame } from "./ethernet.ts";
import { decodeRouterAdvertisement, encodeRouterAdvertisement, isRouterSolicitation } from "./router-advertisement.ts";

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const uint = (bits: number) => fc.integer({ min: 0, max: 2 ** bits - 1 });

const advertisements = fc.record({
  hopLimit: uint(8),
  routerLifetime: uint(16),
  sourceMac: bytes(6),
  mtu: uint(32),
  prefixes: fc.array(
    fc.record({ network: bytes(16), length: uint(8), validLifetime: uint(32), preferredLifetime: uint(32) }),
    { maxLength: 5 },
  ),
  resolvers: fc.record({ lifetime: uint(32), addresses: fc.array(bytes(16), { minLength: 1, maxLength: 5 }) }),
});

void test("An advertisement is read back as it was written.", () => {
  fc.assert(
    fc.property(advertisements, (advertisement) => {
      const again = decodeRouterAdvertisement(encodeRouterAdvertisement(advertisement));
      assert.deepEqual(again && comparable(again), comparable(advertisement));
    }),
    { seed: 1 },
  );
});

void test("A frame is read back as it was written, and any flipped bit of its message is noticed.", () => {
  const frames = fc.record({
    sourceMac: bytes(6),
    destinationMac: bytes(6),
    source: bytes(16),
    destination: bytes(16),
    hopLimit: uint(8),
    message: fc.uint8Array({ minLength: 4, maxLength: 200 }),
  });
  fc.assert(
    fc.property(frames, fc.nat(), (frame, flip) => {
      const encoded = encodeIcmpv6Frame(frame);
      const decoded = decodeIcmpv6Frame(encoded);
      assert.ok(decoded);
      const message = Buffer.from(frame.message);
      encoded.copy(message, 2, 56, 58); // the checksum is the encoder's
      assert.deepEqual(comparable(decoded), comparable({ ...frame, message }));
      const bit = 54 * 8 + (flip % (frame.message.length * 8));
      encoded.writeUInt8(encoded.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      assert.equal(decodeIcmpv6Frame(encoded), undefined);
    }),
    { seed: 1 },
  );
});

void test("No bytes make the readers fail.", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (input, advertisement) => {
      if (advertisement) input.set([134, 0].slice(0, input.length));
      decodeIcmpv6Frame(input);
      decodeRouterAdvertisement(input);
      isRouterSolicitation(input);
    }),
    { seed: 1 },
  );
});

/** With byte arrays of any kind as hexadecimal text. */
function comparable(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, comparable(part)]));
}
