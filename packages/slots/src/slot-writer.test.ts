import assert from "node:assert/strict";
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { BlockDevice } from "./block-device.ts";
import { openBlockDevice } from "./file-device.ts";
import { writeGpt } from "./gpt-disk.ts";
import { GUESTOS_DISK_SIZE, GUESTOS_TABLE, VAR_WIPE_SIZE } from "./guestos-partitions.ts";
import { MemoryDisk } from "./memory-device.ts";
import { installUpdateImage, openSlotTargets, slotTargetsOfDisk, type SlotTargets } from "./slot-writer.ts";
import type { FileChunk } from "./tar-read.ts";
import type { UpdateMember } from "./update-image-read.ts";
import { assertSameBytes } from "./testing-same-bytes.ts";

const MIB = 1024 ** 2;

type Places = readonly (readonly [number, Buffer])[];

async function* members(boot: [number, Places], root: [number, Places], version = "v2"): AsyncGenerator<UpdateMember> {
  const image = (name: "boot.img" | "root.img", [size, places]: [number, Places]): UpdateMember => ({
    kind: "image",
    name,
    size,
    extents: places.map(([offset, { length }]) => ({ offset, length })),
    content: () => chunksOf(places),
  });
  yield image("boot.img", boot);
  yield { kind: "other", name: "overlay.img" };
  yield image("root.img", root);
  yield { kind: "version", version };
}

async function* chunksOf(places: Places): AsyncGenerator<FileChunk> {
  for (const [offset, bytes] of places)
    for (let at = 0; at < bytes.length; at += 100_000)
      yield { offset: offset + at, bytes: bytes.subarray(at, at + 100_000) };
}

function filled([size, places]: [number, Places]): Buffer {
  const bytes = Buffer.alloc(size);
  for (const [offset, data] of places) data.copy(bytes, offset);
  return bytes;
}

const BOOT: [number, Places] = [
  3 * MIB,
  [
    [0, Buffer.alloc(1_500_000, "boot")],
    [1_500_512, Buffer.alloc(512, "gap of 512")],
    [2 * MIB, Buffer.alloc(MIB, "to the end")],
  ],
];
const ROOT: [number, Places] = [
  5 * MIB,
  [
    [MIB, Buffer.alloc(512, "starts with a hole")],
    [MIB + 512 + 65536, Buffer.alloc(512, "after 64 KiB")],
    [MIB + 2 * 65536 + 512, Buffer.alloc(4096, "after less")],
  ],
];

async function targetsIn(directory: string): Promise<SlotTargets & AsyncDisposable> {
  const device = async (name: string, size: number): Promise<BlockDevice> => {
    await writeFile(join(directory, name), Buffer.alloc(size, `old content of ${name}`));
    return openBlockDevice(join(directory, name));
  };
  const targets = {
    boot: await device("boot", 4 * MIB),
    root: await device("root", 5 * MIB),
    var: await device("var", VAR_WIPE_SIZE + MIB),
  };
  const close = async (): Promise<void> => {
    for (const target of [targets.boot, targets.root, targets.var]) await target.close();
  };
  return { ...targets, [Symbol.asyncDispose]: close };
}

void test("a slot that held something else equals the images bit for bit, and var starts empty", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "slots-"));
  await using targets = await targetsIn(directory.path);
  const progress: number[] = [];
  const { version } = await installUpdateImage({
    image: members(BOOT, ROOT),
    targets,
    expectedVersion: "v2",
    onProgress: (bytes) => progress.push(bytes),
  });
  assert.equal(version, "v2");
  assertSameBytes(await targets.boot.read(0, BOOT[0]), filled(BOOT), "boot");
  assert.equal((await targets.boot.read(BOOT[0], MIB)).indexOf(0), -1, "what lies behind the image is left alone");
  assertSameBytes(await targets.root.read(0, ROOT[0]), filled(ROOT), "root");
  assertSameBytes(await targets.var.read(0, VAR_WIPE_SIZE), Buffer.alloc(VAR_WIPE_SIZE), "var");
  assert.equal((await targets.var.read(VAR_WIPE_SIZE, MIB)).indexOf(0), -1);
  assert.deepEqual(
    progress,
    progress.toSorted((a, b) => a - b),
  );
  assert((progress.at(-1) ?? 0) >= 1_500_000 + MIB);
});

void test("an image that does not fit, or has another version, is refused", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "slots-"));
  await using targets = await targetsIn(directory.path);
  await assert.rejects(installUpdateImage({ image: members([4 * MIB + 1, []], ROOT), targets }), {
    code: "update-image-invalid",
    message: /boot\.img has 4194305 bytes; .* takes from 1 to 4194304 bytes/,
  });
  assert.equal((await targets.boot.read(0, 4 * MIB)).indexOf(0), -1, "nothing was written");
  await assert.rejects(installUpdateImage({ image: members(BOOT, [0, []]), targets }), { message: /root\.img has 0 / });
  await assert.rejects(installUpdateImage({ image: members(BOOT, ROOT), targets, expectedVersion: "v3" }), {
    code: "update-image-wrong-version",
    message: "The update image is version v2, not v3.",
  });
});

void test("an install can be stopped", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "slots-"));
  await using targets = await targetsIn(directory.path);
  const controller = new AbortController();
  const install = installUpdateImage({
    image: members(BOOT, ROOT),
    targets,
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  await assert.rejects(install, { name: "AbortError" });
});

void test("the slot's partitions are found by their GUID in the table of the disk", async () => {
  const disk = new MemoryDisk(GUESTOS_DISK_SIZE).device("vda");
  await writeGpt(disk, GUESTOS_TABLE);
  const targets = await slotTargetsOfDisk(disk, "B");
  await installUpdateImage({ image: members(BOOT, ROOT), targets });
  assertSameBytes(await disk.read(44656640 * 512, BOOT[0]), filled(BOOT));
  assertSameBytes(await disk.read(46753792 * 512, ROOT[0]), filled(ROOT));
  assert.equal(targets.var.size, 10 * 1024 ** 3);
  const partitions = GUESTOS_TABLE.partitions.filter(({ number }) => number !== 8);
  await writeGpt(disk, { ...GUESTOS_TABLE, partitions });
  await assert.rejects(slotTargetsOfDisk(disk, "B"), {
    code: "partition-missing",
    message: /vda has no partition B_root/,
  });
});

void test("a machine's own partitions are opened by PARTUUID and closed again", async () => {
  const log: string[] = [];
  const open = async (path: string): Promise<BlockDevice> => {
    if (path.endsWith("22d2f5a6-1e39-d247-81cf-90c95c113e21") && log.length > 3) throw new Error("no such device");
    log.push(path);
    const close = async (): Promise<void> => void log.push(`closed ${path}`);
    return { ...new MemoryDisk(MIB).device(path), close };
  };
  {
    await using targets = await openSlotTargets("A", open);
    assert.equal(targets.root.name, "/dev/disk/by-partuuid/7c0a626e-e5ea-e543-b5c5-300eb8304db7");
    assert.equal(log.length, 3);
  }
  assert.equal(log.length, 6);
  await assert.rejects(openSlotTargets("A", open), { message: "no such device" });
  assert.equal(log.filter((line) => line.startsWith("closed")).length, 5);
});
