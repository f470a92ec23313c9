import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32, zstdCompressSync } from "node:zlib";
import { IcosError } from "@icos/system";
import * as fc from "fast-check";
import { parseBootArgs, renderBootArgs, rootHashOf } from "./boot-args.ts";
import { readGpt } from "./gpt-disk.ts";
import { encodeGpt, GPT_SECTOR } from "./gpt.ts";
import { bootStateOf, newGrubenv, parseGrubenv, serializeGrubenv } from "./grubenv.ts";
import { guidFromBytes, guidToBytes } from "./guid.ts";
import { GUESTOS_TABLE } from "./guestos-partitions.ts";
import { MemoryDisk } from "./memory-device.ts";
import { sparseImage } from "./testing-sparse-image.ts";
import { readUpdateImage } from "./update-image-read.ts";

const settings = { seed: 1, numRuns: 1000 };

/** A few bytes changed at any place. */
const changes = (size: number): fc.Arbitrary<[number, number][]> =>
  fc.array(fc.tuple(fc.nat(size - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });

function changed(bytes: Uint8Array, list: readonly (readonly [number, number])[]): Buffer {
  const copy = Buffer.from(bytes);
  for (const [at, value] of list) copy[at] = value;
  return copy;
}

/** Whether it was accepted; every error but an IcosError is a failure. */
async function acceptedOrRefused(parse: () => unknown): Promise<boolean> {
  try {
    await parse();
    return true;
  } catch (error) {
    if (error instanceof IcosError) return false;
    throw error;
  }
}

void test("what can be stored in a grubenv is read back the same", () => {
  const text = fc.string({
    unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
    maxLength: 40,
  });
  const key = text.filter((name) => /^[^\n\\=#][^\n\\=]*$/.test(name));
  const property = fc.property(fc.array(fc.tuple(key, text), { maxLength: 8 }), (list) => {
    const entries = new Map(list);
    const block = serializeGrubenv({ entries });
    assert.equal(block.length, 1024);
    assert.deepEqual([...parseGrubenv(block).entries], [...entries]);
  });
  fc.assert(property, settings);
});

void test("a damaged grubenv is read or refused", async () => {
  const read = (block: Uint8Array): Promise<boolean> => acceptedOrRefused(() => bootStateOf(parseGrubenv(block)));
  const valid = newGrubenv({ alternative: "B", cycle: "first_boot" });
  await fc.assert(
    fc.asyncProperty(changes(1024), async (list) => void (await read(changed(valid, list)))),
    settings,
  );
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async (bytes) => assert.equal(await read(bytes), false)),
    settings,
  );
});

void test("any text is read as boot_args or refused", async () => {
  const line = fc.oneof(
    fc.string(),
    fc.tuple(fc.constantFrom("A", "B", "C", ""), fc.string()).map(([slot, value]) => `BOOT_ARGS_${slot}=${value}`),
    fc.tuple(fc.constantFrom("A", "B"), fc.string()).map(([slot, value]) => `BOOT_ARGS_${slot}="${value}"`),
  );
  const property = fc.asyncProperty(fc.array(line), async (lines) => {
    await acceptedOrRefused(() => parseBootArgs(lines.join("\n")));
  });
  await fc.assert(property, settings);
});

void test("boot_args that could be rendered are read back with every argument", () => {
  const property = fc.property(fc.stringMatching(/^[0-9a-f]{64}$/), fc.array(fc.string()), (rootHash, extra) => {
    let text: string;
    try {
      text = renderBootArgs({ rootHash, extra });
    } catch (error) {
      assert(error instanceof IcosError && extra.some((argument) => /[^!-~]|["$`\\]|^$/.test(argument)));
      return;
    }
    for (const line of Object.values(parseBootArgs(text))) {
      assert.deepEqual(line.split(" ").slice(3, -2), extra);
      if (extra.every((argument) => !argument.startsWith("root_hash="))) assert.equal(rootHashOf(line), rootHash);
    }
  });
  fc.assert(property, settings);
});

void test("a GUID keeps its bytes", () => {
  const property = fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
    assert.deepEqual(guidToBytes(guidFromBytes(bytes)), Buffer.from(bytes));
  });
  fc.assert(property, settings);
});

void test("a damaged partition table is read from the other copy, or refused", async () => {
  const sectors = 90_000_000;
  const valid = encodeGpt(GUESTOS_TABLE, sectors);
  const area = valid.primary.length;
  const seal = fc.boolean();
  const property = fc.asyncProperty(changes(area), changes(area), seal, async (first, second, sealed) => {
    const disk = new MemoryDisk(sectors * GPT_SECTOR).device();
    const primary = changed(valid.primary, first);
    const backup = changed(
      valid.backup,
      second.filter(([at]) => at < valid.backup.length),
    );
    if (sealed) {
      sealGpt(primary, GPT_SECTOR, 2 * GPT_SECTOR);
      sealGpt(backup, backup.length - GPT_SECTOR, 0);
    }
    await disk.write(0, primary);
    await disk.write(valid.backupStart * GPT_SECTOR, backup);
    await acceptedOrRefused(() => readGpt(disk));
  });
  await fc.assert(property, settings);
});

/** Makes the checksums right again, so that the fields themselves are put to the test. */
function sealGpt(bytes: Buffer, header: number, entries: number): void {
  bytes.writeUInt32LE(crc32(bytes.subarray(entries, entries + 16384)), header + 88);
  bytes.fill(0, header + 16, header + 20);
  bytes.writeUInt32LE(crc32(bytes.subarray(header, header + 92)), header + 16);
}

async function readImage(bytes: Buffer): Promise<boolean> {
  async function* source(): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
  }
  return acceptedOrRefused(async () => {
    for await (const member of readUpdateImage(source())) {
      if (member.kind !== "image") continue;
      let end = 0;
      for await (const chunk of member.content()) {
        assert(chunk.offset >= end && chunk.offset + chunk.bytes.length <= member.size);
        end = chunk.offset + chunk.bytes.length;
      }
    }
  });
}

void test("a damaged update image is read or refused", async () => {
  const valid = sparseImage();
  assert.equal(await readImage(valid), true);
  const headers = valid.length / 512;
  const property = fc.asyncProperty(changes(valid.length), fc.boolean(), async (list, sealed) => {
    const bytes = changed(valid, list);
    if (sealed)
      for (let block = 0; block < headers; block += 1) sealTar(bytes.subarray(block * 512, block * 512 + 512));
    await readImage(bytes);
  });
  await fc.assert(property, settings);
  const cut = fc.asyncProperty(fc.nat(valid.length - 2048), async (length) => {
    assert.equal(await readImage(valid.subarray(0, length)), false);
  });
  await fc.assert(cut, { ...settings, numRuns: 200 });
});

function sealTar(block: Buffer): void {
  if (block.toString("latin1", 257, 262) !== "ustar") return;
  block.fill(0x20, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
}

void test("a damaged compressed update image is read or refused", async () => {
  const tar = sparseImage();
  const valid = Buffer.concat([zstdCompressSync(tar.subarray(0, 5000)), zstdCompressSync(tar.subarray(5000))]);
  const property = fc.asyncProperty(
    changes(valid.length),
    async (list) => void (await readImage(changed(valid, list))),
  );
  await fc.assert(property, { ...settings, numRuns: 300 });
});

void test("any bytes are refused as an update image", async () => {
  const property = fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), async (bytes) => {
    assert.equal(await readImage(Buffer.from(bytes)), false);
  });
  await fc.assert(property, { ...settings, numRuns: 300 });
});
