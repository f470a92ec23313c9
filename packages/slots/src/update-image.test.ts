import assert from "node:assert/strict";
import { createWriteStream } from "node:fs";
import { mkdtempDisposable, open, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { test } from "node:test";
import { zstdCompressSync } from "node:zlib";
import { VERITY_TREE_OFFSET } from "./guestos-partitions.ts";
import { writeTar, type TarSource } from "./tar-write.ts";
import { readUpdateImage, readUpdateImageVersion } from "./update-image-read.ts";
import { writeUpdateImageTar } from "./update-image-write.ts";

const VERSION = "f".repeat(40);

async function imageFile(path: string, size: number, places: readonly number[]): Promise<string> {
  await using file = await open(path, "w");
  await file.truncate(size);
  for (const place of places) await file.write(Buffer.alloc(4096, `at ${place} `), 0, 4096, place);
  return path;
}

async function summary(source: string | AsyncIterable<Uint8Array>): Promise<unknown[]> {
  const members: unknown[] = [];
  for await (const member of readUpdateImage(source)) {
    if (member.kind !== "image") {
      members.push(member);
      continue;
    }
    const starts: string[] = [];
    for await (const { offset, bytes } of member.content()) starts.push(`${offset}: ${bytes.toString("latin1", 0, 8)}`);
    members.push([member.name, member.size, starts]);
  }
  return members;
}

async function* stream(members: readonly TarSource[]): AsyncGenerator<Buffer> {
  yield* writeTar(members);
}

void test("an update image of full size is small, written twice the same, and read back", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "slots-"));
  const boot = await imageFile(join(directory.path, "boot"), 1024 ** 3, [0, 8192]);
  const root = await imageFile(join(directory.path, "root"), 10 * 1024 ** 3, [0, VERITY_TREE_OFFSET]);
  const path = join(directory.path, "update-img.tar");
  await pipeline(writeUpdateImageTar({ version: VERSION, boot, root }), createWriteStream(path));
  const tar = await readFile(path);
  assert(tar.length < 40_000);
  await pipeline(writeUpdateImageTar({ version: VERSION, boot, root }), createWriteStream(`${path}.2`));
  assert.deepEqual(await readFile(`${path}.2`), tar);
  const expected = [
    { kind: "version", version: VERSION },
    ["boot.img", 1024 ** 3, ["0: at 0 at ", "8192: at 8192 "]],
    ["root.img", 10 * 1024 ** 3, ["0: at 0 at ", "10603200512: at 10603"]],
  ];
  assert.deepEqual(await summary(path), expected);
  const half = Math.floor(tar.length / 2);
  const compressed = Buffer.concat([zstdCompressSync(tar.subarray(0, half)), zstdCompressSync(tar.subarray(half))]);
  await writeFile(`${path}.zst`, compressed);
  assert.deepEqual(await summary(`${path}.zst`), expected);
  assert.equal(await readUpdateImageVersion(`${path}.zst`), VERSION);
});

const bytes = (name: string, content: string): TarSource => ({ kind: "bytes", name, bytes: Buffer.from(content) });

void test("upstream's member names and members of later versions are accepted", async () => {
  const members = [
    bytes("./VERSION.TXT", "1.2\n"),
    bytes("./boot.img", "boot"),
    bytes("./overlay.img", "overlay"),
    bytes("./root.img", "root"),
  ];
  assert.deepEqual(await summary(stream(members)), [
    { kind: "version", version: "1.2" },
    ["boot.img", 4, ["0: boot"]],
    { kind: "other", name: "overlay.img" },
    ["root.img", 4, ["0: root"]],
  ]);
});

void test("an update image that lacks a member, repeats one or has no proper version is refused", async () => {
  const good = [bytes("VERSION.TXT", "1"), bytes("boot.img", "b"), bytes("root.img", "r")];
  const refused = async (members: readonly TarSource[], message: RegExp): Promise<void> =>
    assert.rejects(summary(stream(members)), { code: "update-image-invalid", message });
  await refused(good.slice(0, 2), /root\.img is missing/);
  await refused([], /VERSION\.TXT and boot\.img and root\.img are missing/);
  await refused([...good, bytes("./boot.img", "b")], /boot\.img is in it twice/);
  for (const version of ["", " \n", "two words", "x".repeat(5000), "é"])
    await refused([bytes("VERSION.TXT", version), ...good.slice(1)], /VERSION\.TXT/);
  await assert.rejects(readUpdateImageVersion(stream(good.slice(1))), { message: /VERSION\.TXT is missing/ });
});

void test("a missing file and an empty one are refused", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "slots-"));
  await assert.rejects(summary(join(directory.path, "none")), { code: "update-image-unreadable" });
  await writeFile(join(directory.path, "empty"), "");
  await assert.rejects(summary(join(directory.path, "empty")), { message: /ends at byte 0/ });
  assert.throws(() => writeUpdateImageTar({ version: "a b", boot: "", root: "" }), { code: "version-invalid" });
});
