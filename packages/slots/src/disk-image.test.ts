import assert from "node:assert/strict";
import { mkdtempDisposable, open, readdir, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { writeDiskImage } from "./disk-image.ts";
import { openBlockDevice } from "./file-device.ts";
import { readGpt } from "./gpt-disk.ts";
import { guestosPartition, GUESTOS_DISK_SIZE } from "./guestos-partitions.ts";
import { findData } from "./sparse-file.ts";
import { assertSameBytes } from "./testing-same-bytes.ts";

const MIB = 1024 ** 2;

void test("a disk image holds the table and the partitions, and stays sparse", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "slots-"));
  const grub = join(directory.path, "grub.img");
  const root = join(directory.path, "root.img");
  await writeFile(grub, Buffer.alloc(9 * MIB + 100, "grub"));
  {
    await using file = await open(root, "w");
    await file.truncate(10 * 1024 ** 3);
    await file.write(Buffer.alloc(5000, "tree"), 0, 5000, 10603200512);
  }
  const path = join(directory.path, "disk.img");
  await writeFile(path, "an earlier one");
  await writeDiskImage({ path, images: { grub, A_root: root } });
  const { size, blocks } = await stat(path);
  assert.equal(size, GUESTOS_DISK_SIZE);
  assert(blocks * 512 < 11 * MIB, `${blocks} blocks are allocated`);
  const device = await openBlockDevice(path, { readOnly: true });
  const { partitions, source } = await readGpt(device);
  assert.deepEqual([partitions.length, source], [9, "primary"]);
  const grubStart = guestosPartition("grub").start * 512;
  assertSameBytes(await device.read(grubStart, 9 * MIB + 100), Buffer.alloc(9 * MIB + 100, "grub"));
  assert.equal((await device.read(grubStart + 9 * MIB + 100, MIB)).equals(Buffer.alloc(MIB)), true);
  const rootStart = guestosPartition("A_root").start * 512;
  assert.deepEqual(await device.read(rootStart + 10603200512, 5000), Buffer.alloc(5000, "tree"));
  await device.close();
  await using file = await open(path);
  assert.deepEqual(
    (await findData(file, size, 4096)).map(({ offset, length }) => [offset, length]),
    [
      [0, 4096],
      [grubStart, 9 * MIB + 4096],
      [rootStart + 10603200512, 8192],
      [GUESTOS_DISK_SIZE - 5 * 4096, 8192], // 33 sectors before the end, 9 entries
      [GUESTOS_DISK_SIZE - 4096, 4096],
    ],
  );
});

void test("an image that does not fit leaves nothing behind", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "slots-"));
  const esp = join(directory.path, "esp.img");
  {
    await using file = await open(esp, "w");
    await file.truncate(100 * MIB + 1);
  }
  const path = join(directory.path, "disk.img");
  await assert.rejects(writeDiskImage({ path, images: { esp } }), {
    code: "disk-image-invalid",
    message: /esp\.img has 104857601 bytes; the partition esp has 104857600/,
  });
  await assert.rejects(writeDiskImage({ path, size: 1000, images: {} }), { code: "disk-image-invalid" });
  await assert.rejects(writeDiskImage({ path, size: 20 * 1024 ** 3, images: {} }), { code: "partition-table-invalid" });
  assert.deepEqual(await readdir(directory.path), ["esp.img"]);
});
