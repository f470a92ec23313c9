import assert from "node:assert/strict";
import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { inDirectory } from "../../test/sev-fixture.ts";
import { openControlledDevice } from "./device-control.ts";
import { SEV_ISSUE_CMD, sevFirmware } from "./firmware.ts";

/** Of `linux/fs.h`: the size of a block, which every file system tells. */
const FIGETBSZ = 2;

void test("the kernel writes its answer into the argument", async () => {
  await inDirectory(async (directory) => {
    const file = join(directory, "file");
    await writeFile(file, "x");
    const device = await openControlledDevice(file);
    try {
      const answer = Buffer.from(new ArrayBuffer(4));
      assert.equal(device.control(FIGETBSZ, answer), true);
      assert.equal(answer.readUInt32LE(0), (await stat(file)).blksize);
      assert.notEqual(device.addressOf(answer), 0n);
    } finally {
      device.close();
    }
  });
});

void test("a device that does not know a request refuses it", async () => {
  const device = await openControlledDevice("/dev/null");
  try {
    assert.equal(device.control(SEV_ISSUE_CMD, Buffer.from(new ArrayBuffer(16))), false);
    assert.throws(() => sevFirmware(device).snpStatus(), { code: "sev-firmware-refused", message: /kernel refused/ });
  } finally {
    device.close();
  }
  await assert.rejects(openControlledDevice("/dev/no-such-device"), { code: "ENOENT" });
});
