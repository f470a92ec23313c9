import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import assert from "node:assert/strict";
import { createExec } from "@icos/system";
import { luksHeader, luksHeaders, overwrite } from "./luks-fixture.ts";
import { readLuksHeader, type LuksHeader } from "./luks-header.ts";
import { openPlainDevice } from "./node-disk.ts";

const directory = await mkdtemp(join(tmpdir(), "icos-luks-"));
after(() => rm(directory, { recursive: true, force: true }));

const UUID = "6b1f5b2e-0000-4000-8000-000000000001";
const SIZE = 32 * 1024 * 1024;
const path = join(directory, "device");

async function headerOf(start: Uint8Array, size = SIZE): Promise<LuksHeader> {
  const file = await open(path, "w");
  await file.truncate(size);
  await file.close();
  await overwrite(path, 0, start);
  return readHeader();
}

async function readHeader(): Promise<LuksHeader> {
  const device = await openPlainDevice(path, { readOnly: true });
  try {
    return await readLuksHeader(device);
  } finally {
    await device.close();
  }
}

void test("a header is valid when either copy is whole", async () => {
  assert.deepEqual(await headerOf(luksHeaders(UUID)), { kind: "valid", uuid: UUID });
  const headers = luksHeaders(UUID);
  assert.deepEqual(await headerOf(Buffer.concat([Buffer.alloc(0x4000), headers.subarray(0x4000)])), {
    kind: "valid",
    uuid: UUID,
  });
  headers.fill(1, 600, 700);
  assert.deepEqual(await headerOf(headers), { kind: "valid", uuid: UUID });
  headers.fill(0, 0x4000);
  assert.equal((await headerOf(headers)).kind, "damaged");
});

void test("any trace of a header that cannot be read is damage, and only its absence is absence", async () => {
  assert.deepEqual(await headerOf(Buffer.alloc(0)), { kind: "absent" });
  assert.deepEqual(await headerOf(Buffer.alloc(65536, "noise")), { kind: "absent" });
  assert.equal((await headerOf(luksHeader(UUID).subarray(0, 100))).kind, "damaged");
  const second = Buffer.concat([Buffer.alloc(0x4000), luksHeader(UUID, "second").subarray(0, 100)]);
  assert.equal((await headerOf(second)).kind, "damaged");
  const version1 = luksHeader(UUID);
  version1.writeUInt16BE(1, 6);
  assert.deepEqual(await headerOf(version1), { kind: "damaged", reason: "the header at byte 0 has version 1" });
  const huge = luksHeader(UUID);
  huge.writeBigUInt64BE(1n << 40n, 8);
  assert.equal((await headerOf(huge)).kind, "damaged");
  assert.deepEqual(await headerOf(Buffer.alloc(10), 512), { kind: "absent" });
});

const cryptsetup = spawnSync("cryptsetup", ["--version"]).error === undefined;

void test("a device that cryptsetup has formatted is read", { skip: !cryptsetup }, async () => {
  await headerOf(Buffer.alloc(0));
  const key = join(directory, "key");
  await writeFile(key, Buffer.alloc(16, 7));
  const parameters =
    "--batch-mode --type luks2 --cipher aes-xts-plain64 --key-size 512 --pbkdf pbkdf2 --pbkdf-force-iterations 1000";
  const command = [
    "cryptsetup",
    "luksFormat",
    ...parameters.split(" "),
    "--sector-size",
    "4096",
    "--uuid",
    UUID,
    "--key-file",
    key,
    path,
  ];
  await createExec().run(command);
  assert.deepEqual(await readHeader(), { kind: "valid", uuid: UUID });
  await overwrite(path, 4200, Buffer.from("!"));
  assert.deepEqual(await readHeader(), { kind: "valid", uuid: UUID }, "the second copy counts");
  await overwrite(path, 0x4000 + 4200, Buffer.from("!"));
  assert.equal((await readHeader()).kind, "damaged");
});
