import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, mkdtempDisposable, open, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import { test } from "node:test";
import { encodeTarHeader, TAR_SPARSE } from "./tar-header.ts";
import { readTar } from "./tar-read.ts";
import { writeTar, type TarSource } from "./tar-write.ts";
import { assertSameBytes } from "./testing-same-bytes.ts";

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const GNU = ["--format=gnu", "--sparse", "--owner=root:0", "--group=root:0", "--mtime=@0", "--no-recursion"];

/** A sparse file with recognisable data at the given places. */
async function sparseFile(path: string, size: number, data: readonly (readonly [number, number])[]): Promise<void> {
  await using file = await open(path, "w", 0o644);
  await file.chmod(0o644);
  await file.truncate(size);
  for (const [offset, length] of data) {
    const bytes = Buffer.alloc(length, `data at ${offset}.`);
    await file.write(bytes, 0, length, offset);
  }
}

/** What is in an archive: of each member its name, size, ranges, and the bytes of the ranges. */
async function contents(path: string): Promise<unknown[]> {
  const members: unknown[] = [];
  for await (const { name, kind, size, extents, content } of readTar(createReadStream(path))) {
    const bytes: Buffer[] = [];
    let at = extents[0]?.offset;
    for await (const chunk of content()) {
      if (chunk.offset !== at) assert(extents.some(({ offset }) => offset === chunk.offset));
      at = chunk.offset + chunk.bytes.length;
      bytes.push(Buffer.from(chunk.bytes));
    }
    members.push({ name, kind, size, extents, bytes: Buffer.concat(bytes).toString() });
  }
  return members;
}

async function exampleTree(directory: string): Promise<TarSource[]> {
  await mkdir(join(directory, "in"), { mode: 0o755 });
  const scattered = Array.from({ length: 60 }, (_, index) => [index * 2048, index % 3 === 0 ? 512 : 1024] as const);
  await sparseFile(join(directory, "in", "many"), 3 * MIB, scattered);
  await sparseFile(join(directory, "in", "four"), MIB + 100, [
    [512, 512],
    [4096, 8192],
    [65536, 512],
    [MIB, 100],
  ]);
  await sparseFile(join(directory, "in", "five"), MIB, [
    [0, 512],
    [8192, 512],
    [16384, 512],
    [65536, 512],
  ]);
  await sparseFile(join(directory, "in", "hole"), MIB, []);
  await writeFile(join(directory, "in", "full"), "no holes", { mode: 0o644 });
  const names = ["many", "four", "five", "hole"];
  return [
    { kind: "bytes", name: "full", bytes: Buffer.from("no holes") },
    ...names.map((name) => ({ kind: "file", name, path: join(directory, "in", name) }) as const),
    { kind: "directory", name: "./" },
  ];
}

void test("an archive is, to the byte, the one GNU tar writes", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "slots-"));
  const members = await exampleTree(directory.path);
  const ours = join(directory.path, "ours.tar");
  const theirs = join(directory.path, "theirs.tar");
  await pipeline(writeTar(members), createWriteStream(ours));
  const names = ["./", "five", "four", "full", "hole", "many"];
  execFileSync("tar", [...GNU, "--hole-detection=raw", "-C", join(directory.path, "in"), "-cf", theirs, ...names]);
  assertSameBytes(await readFile(ours), await readFile(theirs));
});

void test("GNU tar extracts what was written, holes of a 10 GiB image included", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "slots-"));
  const image = join(directory.path, "root.img");
  const size = 10 * GIB;
  const places = [
    [0, 3 * MIB],
    [10603200512, 40960],
    [size - 512, 512],
  ] as const;
  await sparseFile(image, size, places);
  const archive = join(directory.path, "image.tar");
  await pipeline(writeTar([{ kind: "file", name: "root.img", path: image }]), createWriteStream(archive));
  assert((await stat(archive)).size < 4 * MIB);
  const out = join(directory.path, "out");
  await mkdir(out);
  execFileSync("tar", ["-C", out, "-xf", archive]);
  const extracted = await stat(join(out, "root.img"));
  assert.equal(extracted.size, size);
  assert(extracted.blocks * 512 < 8 * MIB);
  await using file = await open(join(out, "root.img"));
  for (const [offset, length] of places) {
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, offset);
    assertSameBytes(buffer, Buffer.alloc(length, `data at ${offset}.`));
  }
  assert.deepEqual(await contents(archive), [
    {
      name: "root.img",
      kind: "file",
      size,
      extents: places.map(([offset, length]) => ({ offset, length })),
      bytes: places.map(([offset, length]) => Buffer.alloc(length, `data at ${offset}.`).toString()).join(""),
    },
  ]);
});

void test("archives of GNU tar are read, in whatever way it found the holes", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "slots-"));
  await exampleTree(directory.path);
  const input = join(directory.path, "in");
  const archive = join(directory.path, "gnu.tar");
  const names = ["./", "many", "four", "five", "hole", "full"];
  for (const detection of ["raw", "seek"]) {
    execFileSync("tar", [...GNU, `--hole-detection=${detection}`, "-C", input, "-cf", archive, ...names]);
    const members = (await contents(archive)) as { name: string; size: number; extents: Range[]; bytes: string }[];
    assert.deepEqual(
      members.map(({ name }) => name),
      names,
    );
    for (const { name, size, extents, bytes } of members.slice(1)) {
      const file = Buffer.alloc(size);
      let at = 0;
      for (const { offset, length } of extents) {
        file.write(bytes.slice(at, at + length), offset, "latin1");
        at += length;
      }
      assertSameBytes(file, await readFile(join(input, name)), `${name} by ${detection}`);
    }
  }
});

void test("archives in ustar form are read", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "slots-"));
  await exampleTree(directory.path);
  const archive = join(directory.path, "ustar.tar");
  execFileSync("tar", ["--format=ustar", "-C", join(directory.path, "in"), "-cf", archive, "full"]);
  assert.deepEqual(await contents(archive), [
    { name: "full", kind: "file", size: 8, extents: [{ offset: 0, length: 8 }], bytes: "no holes" },
  ]);
});

void test("members that are not read are skipped", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "slots-"));
  const archive = join(directory.path, "ours.tar");
  await pipeline(writeTar(await exampleTree(directory.path)), createWriteStream(archive));
  const names: string[] = [];
  for await (const member of readTar(createReadStream(archive))) {
    names.push(member.name);
    if (member.name === "many") for await (const _ of member.content()) break;
  }
  assert.deepEqual(names, ["./", "five", "four", "full", "hole", "many"]);
});

void test("what is no plain file, and what is damaged, is refused with the place", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "slots-"));
  const archive = join(directory.path, "bad.tar");
  await writeFile(join(directory.path, "x"), "content");
  const refused = async (message: RegExp): Promise<void> =>
    assert.rejects(contents(archive), { code: "update-image-invalid", message });
  execFileSync("tar", ["--format=pax", "-C", directory.path, "-cf", archive, "x"]);
  await refused(/byte 156 .*type "x"/);
  execFileSync("ln", ["-s", "x", join(directory.path, "link")]);
  execFileSync("tar", ["--format=gnu", "-C", directory.path, "-cf", archive, "link"]);
  await refused(/byte 156 .*link is a member of type "2"/);
  execFileSync("tar", ["--format=gnu", "-C", directory.path, "-cf", archive, "x"]);
  const good = await readFile(archive);
  const damaged = async (change: (bytes: Buffer) => Uint8Array | undefined, message: RegExp): Promise<void> => {
    const copy = Buffer.from(good);
    await writeFile(archive, change(copy) ?? copy);
    await refused(message);
  };
  await damaged((bytes) => void (bytes[0] = 0x79), /byte 148 .*checksum/);
  await damaged((bytes) => sealed(bytes, 124, "9"), /byte 124 .*size is not a number/);
  await damaged((bytes) => sealed(bytes, 124, "\x80\xff"), /byte 124 .*size is too large/);
  await damaged((bytes) => void (bytes[257] = 0), /byte 257 .*no tar header/);
  await damaged((bytes) => bytes.subarray(0, 700), /ends at byte 700/);
  await damaged((bytes) => bytes.subarray(0, 1024), /ends at byte 1024, in the middle of a tar header/);
  await damaged((bytes) => Buffer.concat([bytes, Buffer.from("more")]), /something follows the end/);
});

void test("a list of data ranges that contradicts itself is refused", async () => {
  const refused = async (ranges: readonly Range[], size: number, message: RegExp): Promise<void> => {
    const storedSize = 1024;
    const header = encodeTarHeader({ name: "x", type: TAR_SPARSE, mode: 0o644, storedSize, size, ranges });
    const archive = [Buffer.concat([header, Buffer.alloc(1024 + 1024)])];
    const read = async (): Promise<void> => {
      for await (const member of readTar(Readable.from(archive))) assert.fail(`${member.name} was accepted`);
    };
    await assert.rejects(read(), { code: "update-image-invalid", message });
  };
  const range = (offset: number, length: number): Range => ({ offset, length });
  await refused([range(512, 512), range(1000, 512)], 9000, /overlap or are not in order/);
  await refused([range(4096, 512), range(512, 512)], 9000, /overlap or are not in order/);
  await refused([range(0, 512), range(8704, 512)], 9000, /ends after the file/);
  await refused([range(0, 512), range(4096, 1024)], 9000, /do not add up/);
  await refused([range(0, 100), range(4096, 924)], 9000, /not made of whole blocks/);
});

/** Changes a field of the first header and makes its checksum right again. */
function sealed(bytes: Buffer, at: number, text: string): Buffer {
  bytes.write(text, at, "latin1");
  bytes.fill(0x20, 148, 156);
  const sum = bytes.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return bytes;
}

interface Range {
  readonly offset: number;
  readonly length: number;
}
