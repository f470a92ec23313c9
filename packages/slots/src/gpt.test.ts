import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, truncateSync, writeFileSync } from "node:fs";
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openBlockDevice } from "./file-device.ts";
import { readGpt, withLastPartition, writeGpt } from "./gpt-disk.ts";
import { encodeGpt, GPT_SECTOR, type GptTable } from "./gpt.ts";
import { GUESTOS_DISK_SIZE, GUESTOS_TABLE, STORE_PARTITION_NUMBER, TYPE_LINUX } from "./guestos-partitions.ts";
import { MemoryDisk } from "./memory-device.ts";

const SFDISK = ["/usr/sbin/sfdisk", "/sbin/sfdisk"].find((path) => existsSync(path));
const oracle = { skip: SFDISK === undefined ? "sfdisk is not installed on this machine" : false };

function sfdisk(args: readonly string[], input = ""): string {
  return execFileSync(SFDISK ?? "sfdisk", args, { input, encoding: "utf8", stdio: ["pipe", "pipe", "pipe"] });
}

const STORE = { number: STORE_PARTITION_NUMBER, typeGuid: TYPE_LINUX, guid: "00000000-1111-2222-3333-444444444444" };

void test("sfdisk finds the written table valid and reads every field of it", oracle, async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "slots-"));
  const path = join(directory.path, "disk.img");
  writeFileSync(path, "");
  truncateSync(path, GUESTOS_DISK_SIZE);
  await using device = await disposable(path);
  const table = withLastPartition(GUESTOS_TABLE, GUESTOS_DISK_SIZE / GPT_SECTOR, STORE);
  await writeGpt(device, table);
  assert.match(sfdisk(["--verify", path]), /No errors detected/);
  const { partitiontable } = JSON.parse(sfdisk(["--json", path])) as {
    partitiontable: { id: string; partitions: { start: number; size: number; type: string; uuid: string }[] };
  };
  assert.equal(partitiontable.id, "2B110BB7-CDEC-7D41-B97E-893EDCBE5428");
  assert.deepEqual(
    partitiontable.partitions.map(({ start, size, type, uuid }) => [start, size, type, uuid]),
    table.partitions.map(({ start, sectors, typeGuid, guid }) => [
      start,
      sectors,
      typeGuid.toUpperCase(),
      guid.toUpperCase(),
    ]),
  );
});

void test("the table is, to the byte, the one sfdisk writes", oracle, async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "slots-"));
  const path = join(directory.path, "disk.img");
  writeFileSync(path, "");
  truncateSync(path, GUESTOS_DISK_SIZE);
  const lines = GUESTOS_TABLE.partitions.map(
    ({ number, start, sectors, typeGuid, guid }) =>
      `${number} : start=${start}, size=${sectors}, type=${typeGuid}, uuid=${guid}`,
  );
  sfdisk([path], ["label: gpt", `label-id: ${GUESTOS_TABLE.diskGuid}`, "unit: sectors", ...lines, ""].join("\n"));
  await using device = await disposable(path);
  const { primary, backup, backupStart } = encodeGpt(GUESTOS_TABLE, GUESTOS_DISK_SIZE / GPT_SECTOR);
  assert.deepEqual(await device.read(0, primary.length), primary);
  assert.deepEqual(await device.read(backupStart * GPT_SECTOR, backup.length), backup);
  const { diskGuid, partitions, source } = await readGpt(device);
  assert.equal(source, "primary");
  assert.deepEqual({ diskGuid, partitions }, stripNames(GUESTOS_TABLE));
});

void test("the copy at the end is read when the first is damaged", async () => {
  const disk = new MemoryDisk(GUESTOS_DISK_SIZE);
  const device = disk.device();
  await writeGpt(device, GUESTOS_TABLE);
  await device.write(2 * GPT_SECTOR + 40, Buffer.from([0]));
  const found = await readGpt(device);
  assert.equal(found.source, "backup");
  assert.deepEqual(found.partitions, stripNames(GUESTOS_TABLE).partitions);
});

void test("a disk with both copies damaged is refused with what is wrong with each", async () => {
  const device = new MemoryDisk(GUESTOS_DISK_SIZE).device("vda");
  await writeGpt(device, GUESTOS_TABLE);
  await device.write(GPT_SECTOR + 60, Buffer.from([0xff]));
  await device.zero(GUESTOS_DISK_SIZE - GPT_SECTOR, GPT_SECTOR);
  await assert.rejects(readGpt(device), {
    code: "partition-table-invalid",
    message:
      "vda has no readable GUID partition table (primary: header checksum (offset 16) is wrong; " +
      "backup: no signature at byte 53687090688).",
  });
});

void test("labels and attributes survive", async () => {
  const table: GptTable = {
    diskGuid: GUESTOS_TABLE.diskGuid,
    partitions: [{ ...STORE, start: 2048, sectors: 2048, label: "Größe ☃", attributes: 0x8000000000000005n }],
  };
  const device = new MemoryDisk(16 * 1024 ** 2).device();
  await writeGpt(device, table);
  assert.deepEqual((await readGpt(device)).partitions, table.partitions);
});

void test("a table with several mistakes is refused naming all of them", () => {
  const one = { typeGuid: TYPE_LINUX, guid: STORE.guid };
  const partitions = [
    { ...one, number: 1, start: 2048, sectors: 4096 },
    { ...one, number: 1, start: 4096, sectors: 2048 },
    { ...one, number: 129, start: 34, sectors: 0 },
    { ...one, number: 4, start: 8192, sectors: 1_000_000 },
  ];
  assert.throws(() => encodeGpt({ diskGuid: STORE.guid, partitions }, 65536), {
    code: "partition-table-invalid",
    message:
      "The partition table is not valid: partition 129 has no place; partition 129 cannot start at sector 34 with 0 " +
      "sectors; partition 4 ends at sector 1008191, after the last usable one, 65502; a number is used twice; " +
      "a PARTUUID is used twice; partitions 1 and 1 overlap.",
  });
});

void test("the last partition takes the rest of the disk in whole mebibytes, once", () => {
  const sectors = GUESTOS_DISK_SIZE / GPT_SECTOR;
  const table = withLastPartition(GUESTOS_TABLE, sectors, STORE);
  assert.deepEqual(table.partitions.at(-1), { ...STORE, start: 88696832, sectors: 16158720 });
  assert.equal(withLastPartition(table, sectors, STORE), table);
  assert.throws(() => withLastPartition(GUESTOS_TABLE, 88696832 + 34, STORE), { code: "partition-table-invalid" });
});

async function disposable(path: string) {
  const device = await openBlockDevice(path);
  return { ...device, [Symbol.asyncDispose]: () => device.close() };
}

function stripNames({ diskGuid, partitions }: GptTable): GptTable {
  return {
    diskGuid,
    partitions: partitions.map(({ number, start, sectors, typeGuid, guid }) => ({
      number,
      start,
      sectors,
      typeGuid,
      guid,
    })),
  };
}
