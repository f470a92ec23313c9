import assert from "node:assert/strict";
import { test } from "node:test";
import { IcosError } from "@icos/system";
import { PNG } from "pngjs";
import { encode } from "uqr";
import { readQrPicture } from "./qr-picture.ts";
import { qrPicture } from "./testing-qr-picture.ts";

const TEXT = JSON.stringify({
  version: "a1".repeat(20),
  "version-hash": "b2".repeat(32),
  "recovery-hash": "c3".repeat(32),
});

function problemOf(bytes: Buffer): string {
  try {
    return `it was read: ${readQrPicture(bytes, "recovery.png")}`;
  } catch (error) {
    assert.ok(error instanceof IcosError);
    assert.equal(error.code, "bad-recovery-picture");
    return error.message;
  }
}

void test("the text of a QR code is read, dark on light and light on dark", () => {
  for (const light of [255, 0]) assert.equal(readQrPicture(qrPicture(encode(TEXT), { light }), "recovery.png"), TEXT);
});

void test("what is no picture of a QR code is refused in words, and what would take much memory is not unpacked", () => {
  const whole = qrPicture(encode(TEXT));
  const blank = PNG.sync.write(new PNG({ width: 40, height: 40 }));
  const changed = (at: number, value: number): Buffer => {
    const copy = Buffer.from(whole);
    copy[at] = value;
    return copy;
  };
  assert.match(problemOf(Buffer.from("\xff\xd8\xff\xe0 JFIF", "latin1")), /is not a PNG/);
  assert.match(problemOf(whole.subarray(0, 20)), /is not a PNG/);
  assert.match(problemOf(whole.subarray(0, 200)), /is damaged/);
  assert.match(problemOf(blank), /has no QR code that can be read/);
  assert.match(problemOf(changed(16, 0x10)), /has \d+ × \d+ pixels, more than 4000000/);
  assert.match(problemOf(changed(28, 1)), /is interlaced/);
});
