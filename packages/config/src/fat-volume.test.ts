import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { after, test } from "node:test";
import assert from "node:assert/strict";
import { createExec } from "@icos/system";
import { fatLabel, readFatFile, type ByteReader } from "./fat-volume.ts";
import { memoryFat } from "./memory-fat.ts";

const directory = await mkdtemp(join(tmpdir(), "icos-fat-"));
after(() => rm(directory, { recursive: true, force: true }));
const exec = createExec();
const tools = ["mkfs.fat", "mcopy"].every((tool) => spawnSync(tool, ["--version"]).error === undefined);
const content = Buffer.from(Array.from({ length: 200_000 }, (_, index) => (index * 7919) >> 3));

function reader(bytes: Uint8Array): ByteReader {
  return { read: async (offset, length) => bytes.subarray(offset, offset + length) };
}

for (const [bits, megabytes] of [
  [12, 2],
  [16, 20],
  [32, 40],
] as const) {
  void test(`a file on a FAT${bits} medium of mkfs.fat is read as mcopy wrote it`, { skip: !tools }, async () => {
    const image = join(directory, `fat${bits}.img`);
    const source = join(directory, "source");
    await writeFile(source, content);
    const file = await open(image, "w");
    await file.truncate(megabytes * 1024 * 1024);
    await file.close();
    await exec.run(["mkfs.fat", "-F", String(bits), "-n", "CONFIG", image]);
    await exec.run(["mcopy", "-i", image, source, "::/another file with a long name"]);
    await exec.run(["mcopy", "-i", image, source, "::/ic-bootstrap.tar"]);
    await exec.run(["mcopy", "-i", image, source, "::/SHORT.TXT"]);
    const handle = await open(image, "r");
    const device: ByteReader = {
      read: async (offset, length) => {
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, offset);
        return buffer.subarray(0, bytesRead);
      },
    };
    try {
      assert.equal(fatLabel(await device.read(0, 512)), "CONFIG");
      for (const name of ["ic-bootstrap.tar", "IC-Bootstrap.tar", "short.txt"]) {
        assert.ok(content.equals(await readFatFile(device, name, 1 << 20)), name);
      }
      await assert.rejects(readFatFile(device, "absent.tar", 1 << 20), { code: "file-not-found" });
      await assert.rejects(readFatFile(device, "ic-bootstrap.tar", 1000), { code: "invalid-fat" });
    } finally {
      await handle.close();
    }
  });
}

void test("a medium made in memory is read", async () => {
  const medium = memoryFat("CONFIG", "ic-bootstrap.tar", content);
  assert.equal(fatLabel(medium), "CONFIG");
  assert.ok(content.equals(await readFatFile(reader(medium), "ic-bootstrap.tar", 1 << 20)));
});

void test("what is no FAT file system has no label", () => {
  assert.equal(fatLabel(Buffer.alloc(512)), undefined);
  assert.equal(fatLabel(Buffer.alloc(512, 0xff)), undefined);
  assert.equal(fatLabel(Buffer.alloc(10)), undefined);
});

void test("a chain that ends early, leaves the medium or never ends is refused", async () => {
  const damage = async (change: (medium: Buffer) => void): Promise<unknown> => {
    const medium = memoryFat("CONFIG", "ic-bootstrap.tar", content);
    change(medium);
    return readFatFile(reader(medium), "ic-bootstrap.tar", 1 << 20);
  };
  const table = 512;
  await assert.rejects(
    damage((medium) => medium.writeUInt16LE(0xffff, table + 2 * 2)),
    { code: "invalid-fat" },
  );
  await assert.rejects(
    damage((medium) => medium.writeUInt16LE(0xfff0, table + 2 * 2)),
    { code: "invalid-fat" },
  );
  await assert.rejects(
    damage((medium) => medium.writeUInt16LE(0, table + 2 * 2)),
    { code: "invalid-fat" },
  );
  const looped = await damage((medium) => medium.writeUInt16LE(2, table + 2 * 2)); // wrong content, but it ends
  assert.equal((looped as Uint8Array).length, content.length);
  await assert.rejects(
    readFatFile(
      reader(memoryFat("CONFIG", "ic-bootstrap.tar", content).subarray(0, 90_000)),
      "ic-bootstrap.tar",
      1 << 20,
    ),
    {
      code: "invalid-fat",
    },
  );
});
