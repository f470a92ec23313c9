import assert from "node:assert/strict";
import { mkdtempDisposable, open, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { deviceWindow } from "./block-device.ts";
import { openBlockDevice } from "./file-device.ts";
import { loadSparseOperations } from "./libc.ts";
import { allocatedRanges, findData } from "./sparse-file.ts";
import { assertSameBytes } from "./testing-same-bytes.ts";

const MIB = 1024 ** 2;
const operations = await loadSparseOperations();
const needsFfi = { skip: operations === undefined ? "this Node has no node:ffi" : false };

void test("a file is read, written and zeroed at odd offsets, with and without hole punching", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "slots-"));
  for (const options of [{}, { sparse: undefined }]) {
    const path = join(directory.path, "device");
    const expected = Buffer.alloc(MIB, 0xab);
    await writeFile(path, expected);
    const device = await openBlockDevice(path, options);
    for (const [offset, length] of [
      [0, 0],
      [5, 1],
      [4095, 2],
      [5000, 3000],
      [8192, 4096],
      [100_001, 500_000],
      [MIB - 3, 3],
    ] as const) {
      await device.zero(offset, length);
      expected.fill(0, offset, offset + length);
      assertSameBytes(await device.read(0, MIB), expected);
    }
    await device.write(777, Buffer.from("text"));
    assert.equal((await device.read(777, 4)).toString(), "text");
    assert.equal(device.size, MIB);
    await device.flush();
    await device.close();
  }
});

void test("zeroing gives storage back", needsFfi, async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "slots-"));
  const path = join(directory.path, "device");
  await writeFile(path, Buffer.alloc(4 * MIB, 1), { flush: true });
  const device = await openBlockDevice(path);
  await device.zero(1, 4 * MIB - 2);
  await device.flush();
  await device.close();
  const { blocks, size } = await stat(path);
  assert.equal(size, 4 * MIB);
  assert(blocks * 512 < MIB, `${blocks} blocks are still allocated`);
});

void test("zeroing a hole without hole punching leaves it a hole", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "slots-"));
  const path = join(directory.path, "device");
  await writeFile(path, "");
  await using file = await open(path, "r+");
  await file.truncate(8 * MIB);
  const device = await openBlockDevice(path, { sparse: undefined });
  await device.zero(0, 8 * MIB);
  await device.close();
  assert.equal((await stat(path)).blocks, 0);
});

void test("data is found block by block whether or not the file system tells of holes", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "slots-"));
  const path = join(directory.path, "sparse");
  await using file = await open(path, "w+");
  const size = 20 * MIB + 100;
  await file.truncate(size);
  for (const at of [511, 1024, 6 * MIB, 6 * MIB + 600, size - 1]) await file.write(Buffer.from([1]), 0, 1, at);
  await file.write(Buffer.alloc(70_000), 0, 70_000, 9 * MIB); // stored zeros are a hole all the same
  const expected = [
    { offset: 0, length: 512 },
    { offset: 1024, length: 512 },
    { offset: 6 * MIB, length: 1024 },
    { offset: 20 * MIB, length: 100 },
  ];
  assert.deepEqual(await findData(file, size, 512), expected);
  assert.deepEqual(allocatedRanges(undefined, file.fd, size, 512), [{ offset: 0, length: size }]);
  assert.deepEqual(allocatedRanges(undefined, file.fd, 0, 512), []);
});

void test("a file system that cannot tell of holes is read whole", async () => {
  const silent = { nextData: () => undefined, nextHole: () => undefined, punchHole: () => false };
  assert.deepEqual(allocatedRanges(silent, 0, 1000, 512), [{ offset: 0, length: 1000 }]);
});

void test("a range outside a device or a window is refused", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "slots-"));
  const path = join(directory.path, "device");
  await writeFile(path, Buffer.alloc(8192));
  const device = await openBlockDevice(path);
  const window = deviceWindow(device, { name: "part", offset: 4096, size: 1024 });
  await window.write(1020, Buffer.from("last"));
  assert.equal((await device.read(5116, 4)).toString(), "last");
  const outside = { code: "device-out-of-range" };
  await assert.rejects(window.write(1021, Buffer.from("last")), outside);
  await assert.rejects(window.read(-1, 1), outside);
  await assert.rejects(window.zero(0, 1025), outside);
  await assert.rejects(device.read(8192, 1), outside);
  await assert.rejects(device.read(0.5, 1), outside);
  assert.throws(() => deviceWindow(device, { name: "part", offset: 8000, size: 500 }), outside);
  await device.close();
});

void test("what is not there, or is no device, is refused by name", async () => {
  await assert.rejects(openBlockDevice("/nonexistent/disk"), {
    code: "device-unavailable",
    message: "/nonexistent/disk could not be opened: it does not exist.",
  });
  await assert.rejects(openBlockDevice("/dev/null"), { message: "/dev/null is neither a file nor a block device." });
});
