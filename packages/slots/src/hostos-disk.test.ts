import assert from "node:assert/strict";
import { mkdtempDisposable, readdir, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openBlockDevice } from "./file-device.ts";
import { readGpt } from "./gpt-disk.ts";
import { copyHostosDisk, findHostosPart, openHostosDisk, writeHostosDisk } from "./hostos-disk.ts";
import { HOSTOS_DISK_SIZE, hostosTable } from "./hostos-partitions.ts";
import { hostosVolumeGroup } from "./hostos-volumes.ts";
import { assertSameBytes } from "./testing-same-bytes.ts";

const MIB = 1024 ** 2;
const EXTENT = 4 * MIB;
const SMALL = { config: 2, A_boot: 3, A_root: 4, A_var: 5, B_boot: 3, B_root: 4, B_var: 5 };

void test("the partitions are where upstream has them, and the physical volume has 100 GiB", () => {
  assert.deepEqual(
    hostosTable(HOSTOS_DISK_SIZE).partitions.map(({ number, start, sectors, guid }) => [number, start, sectors, guid]),
    [
      [1, 2048, 204800, "f46600e3-d0e6-4258-9607-e64b13cf7595"],
      [2, 206848, 204800, "1a7c28b7-efe0-4f17-9230-678cf2df8db2"],
      [3, 411648, 209715200, "735a766a-2047-45c2-ab48-d5ec948de550"],
    ],
  );
});

void test("the volumes are where upstream has them; guestos takes what is left", () => {
  const { physicalVolumes, logicalVolumes } = hostosVolumeGroup(100 * 1024 ** 3);
  assert.equal(physicalVolumes[0]?.extents, 25599);
  assert.deepEqual(
    logicalVolumes.map(({ name, segments }) => [name, segments[0]?.start, segments[0]?.extents]),
    [
      ["config", 0, 25],
      ["A_boot", 25, 256],
      ["A_root", 281, 2560],
      ["A_var", 2841, 2560],
      ["B_boot", 5401, 256],
      ["B_root", 5657, 2560],
      ["B_var", 8217, 2560],
      ["guestos", 10777, 14822],
    ],
  );
});

void test("a disk holds table, group and what its parts were given, and stays sparse", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "slots-"));
  const image = async (name: string, bytes: Buffer): Promise<string> => {
    const path = join(directory.path, name);
    await writeFile(path, bytes);
    return path;
  };
  const path = join(directory.path, "disk.img");
  const content = {
    esp: Buffer.alloc(70_000, "esp"),
    grub: Buffer.alloc(1024, "grub"),
    config: Buffer.alloc(5 * MIB + 77, "config"),
    A_root: Buffer.concat([Buffer.alloc(3 * MIB), Buffer.alloc(MIB, "root")]),
    guestos: Buffer.alloc(2 * MIB, "guest"),
  };
  const images = Object.fromEntries(
    await Promise.all(Object.entries(content).map(async ([name, bytes]) => [name, await image(name, bytes)] as const)),
  );
  await writeHostosDisk({ path, images });
  const { size, blocks } = await stat(path);
  assert.equal(size, HOSTOS_DISK_SIZE);
  assert(blocks * 512 < 10 * MIB, `${blocks} blocks are allocated`);
  const disk = await openBlockDevice(path, { readOnly: true });
  assert.equal((await readGpt(disk)).source, "primary");
  const found = await openHostosDisk(disk);
  assert.deepEqual(found.group, hostosVolumeGroup(100 * 1024 ** 3));
  for (const [name, bytes] of Object.entries(content)) {
    const part = findHostosPart(found, name);
    assertSameBytes(await part.read(0, bytes.length), bytes, name);
    assert.deepEqual(await part.read(bytes.length, 4096), Buffer.alloc(4096), `behind ${name}`);
  }
  const first = 411648 * 512 + MIB;
  assertSameBytes(await disk.read(first + (281 + 1) * EXTENT - MIB, MIB), Buffer.alloc(MIB, "root"));
  assertSameBytes(await disk.read(first + 10777 * EXTENT, 2 * MIB), content.guestos);
  await disk.close();
});

void test("a disk is copied, and empty parts of the copy are filled", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "slots-"));
  const image = join(directory.path, "image");
  await writeFile(image, Buffer.alloc(5000, "root"));
  const source = join(directory.path, "source.img");
  await writeHostosDisk({ path: source, size: 400 * MIB, images: { A_root: image }, extents: SMALL });
  const path = join(directory.path, "disk.img");
  await copyHostosDisk({ path, source, images: { guestos: image } });
  const disk = await openBlockDevice(path, { readOnly: true });
  const found = await openHostosDisk(disk);
  for (const name of ["A_root", "guestos"])
    assertSameBytes(await findHostosPart(found, name).read(0, 5000), Buffer.alloc(5000, "root"), name);
  assert.deepEqual(await findHostosPart(found, "config").read(0, 4096), Buffer.alloc(4096));
  await disk.close();
});

void test("a copy for several guests has a disk for each, as large as the one of a single guest", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "slots-"));
  const image = join(directory.path, "image");
  await writeFile(image, Buffer.alloc(5000, "disk"));
  const source = join(directory.path, "source.img");
  await writeHostosDisk({ path: source, size: 400 * MIB, images: { A_root: image }, extents: SMALL });
  const path = join(directory.path, "disk.img");
  await copyHostosDisk({ path, source, images: { guestos: image, guestos2: image }, guests: 3 });
  const disk = await openBlockDevice(path, { readOnly: true });
  assert.equal(disk.size, 400 * MIB + 2 * 23 * EXTENT);
  assert.equal((await readGpt(disk)).source, "primary");
  const found = await openHostosDisk(disk);
  const sizes = ["guestos", "guestos1", "guestos2"].map((name) => findHostosPart(found, name).size);
  assert.deepEqual(sizes, [23 * EXTENT, 23 * EXTENT, 23 * EXTENT]);
  for (const name of ["A_root", "guestos", "guestos2"])
    assertSameBytes(await findHostosPart(found, name).read(0, 5000), Buffer.alloc(5000, "disk"), name);
  const empty = findHostosPart(found, "guestos1");
  for (let at = 0; at < empty.size; at += EXTENT) assert.deepEqual(await empty.read(at, EXTENT), Buffer.alloc(EXTENT));
  await disk.close();
});

void test("a small disk has small volumes; one that is too small is refused with what is needed", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "slots-"));
  const path = join(directory.path, "disk.img");
  await writeHostosDisk({ path, size: 400 * MIB, images: {}, extents: SMALL });
  const disk = await openBlockDevice(path);
  const found = await openHostosDisk(disk);
  assert.deepEqual(findHostosPart(found, "B_var").extents, [
    { offset: 411648 * 512 + MIB + 21 * EXTENT, length: 5 * EXTENT },
  ]);
  assert.equal(findHostosPart(found, "guestos").size, 23 * EXTENT);
  await disk.close();
  await assert.rejects(writeHostosDisk({ path, size: 304 * MIB, images: {}, extents: SMALL }), {
    code: "disk-too-small",
    message: "A physical volume of 106954752 bytes has 25 extents; the host's own volumes take 26 of them.",
  });
  await assert.rejects(writeHostosDisk({ path, size: 1000, images: {} }), { code: "disk-image-invalid" });
  await assert.rejects(writeHostosDisk({ path, size: 200 * MIB, images: {} }), { code: "partition-table-invalid" });
  assert.deepEqual(await readdir(directory.path), ["disk.img"]);
});

void test("an image that does not fit leaves nothing behind", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "slots-"));
  const config = join(directory.path, "config.img");
  await writeFile(config, Buffer.alloc(2 * EXTENT + 1));
  const path = join(directory.path, "disk.img");
  await assert.rejects(writeHostosDisk({ path, size: 400 * MIB, images: { config }, extents: SMALL }), {
    code: "disk-image-invalid",
    message: /config\.img has 8388609 bytes; the volume config has 8388608/,
  });
  assert.deepEqual(await readdir(directory.path), ["config.img"]);
});

void test("a disk of another system is refused", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "slots-"));
  const path = join(directory.path, "disk.img");
  await writeHostosDisk({ path, size: 400 * MIB, images: {}, extents: SMALL });
  const disk = await openBlockDevice(path);
  await disk.write(411648 * 512 + 512 + 40, Buffer.from("x"));
  await assert.rejects(openHostosDisk(disk), {
    code: "lvm-metadata-invalid",
    message: /partition 3 is not a physical volume that can be used: label: checksum \(offset 16\) is wrong\./,
  });
  await disk.close();
});
