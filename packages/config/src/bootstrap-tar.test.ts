import { test } from "node:test";
import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { extract, pack, type Header } from "tar-stream";
import { buildBootstrapTar, readBootstrapTar } from "./bootstrap-tar.ts";

const entries = new Map([
  ["config.json", Buffer.from("{}\n")],
  ["accounts_ssh_authorized_keys/admin", Buffer.alloc(513, "k")],
  ["empty", Buffer.alloc(0)],
  [`${"d".repeat(90)}/${"f".repeat(80)}`, Buffer.from("long name")],
]);

/** An archive made by another implementation. */
async function foreignTar(headers: readonly (Partial<Header> & { name: string; content?: string })[]): Promise<Buffer> {
  const archive = pack();
  for (const { content, ...header } of headers) archive.entry(header, content ?? "");
  archive.finalize();
  return Buffer.concat(await Array.fromAsync(archive as AsyncIterable<Buffer>));
}

async function namesAndTypes(tar: Buffer): Promise<string[]> {
  const reader = extract();
  Readable.from([tar]).pipe(reader);
  const found: string[] = [];
  for await (const entry of reader) {
    const { name, type, mode, uid, gid, mtime } = entry.header;
    found.push(`${type} ${name} ${mode?.toString(8)} ${uid}:${gid} ${mtime?.getTime()}`);
    entry.resume();
  }
  return found;
}

void test("what is written is read back, and does not depend on the order of entries", () => {
  const tar = buildBootstrapTar(entries);
  assert.deepEqual(readBootstrapTar(tar), entries); // the order of a Map does not count
  assert.deepEqual(buildBootstrapTar(new Map([...entries].reverse())), tar);
});

void test("another reader finds sorted names, root as the owner and no times", async () => {
  assert.deepEqual(await namesAndTypes(buildBootstrapTar(entries)), [
    "directory accounts_ssh_authorized_keys/ 700 0:0 0",
    "file accounts_ssh_authorized_keys/admin 600 0:0 0",
    "file config.json 600 0:0 0",
    `directory ${"d".repeat(90)}/ 700 0:0 0`,
    `file ${"d".repeat(90)}/${"f".repeat(80)} 600 0:0 0`,
    "file empty 600 0:0 0",
  ]);
});

void test("an archive of another writer is read", async () => {
  const tar = await foreignTar([
    { name: "./", type: "directory" },
    { name: "./config.json", content: "{}" },
    { name: "keys/", type: "directory" },
    { name: "keys/a", content: "1" },
  ]);
  const read = readBootstrapTar(tar);
  assert.deepEqual([...read.keys()], ["config.json", "keys/a"]);
  assert.equal(String(read.get("keys/a")), "1");
});

void test("anything but files and directories is refused, and so is every way out of the directory", async () => {
  const refused: [Partial<Header> & { name: string; content?: string }, RegExp][] = [
    [{ name: "a", type: "symlink", linkname: "/etc/passwd" }, /neither a regular file nor a directory/],
    [{ name: "sub/a", type: "link", linkname: "config.json" }, /neither a regular file/],
    [{ name: "a", type: "fifo" }, /neither a regular file/],
    [{ name: "a", type: "character-device" }, /neither a regular file/],
    [{ name: "../a", content: "x" }, /`\.\.`/],
    [{ name: "a/../../b", content: "x" }, /`\.\.`/],
    [{ name: "/etc/passwd", content: "x" }, /absolute path/],
    [{ name: "a\nb", content: "x" }, /character/],
    [{ name: "config.json", content: "again" }, /second time/],
    [{ name: "config.json/a", content: "under a file" }, /is a file and not a directory/],
  ];
  for (const [header, message] of refused) {
    const tar = await foreignTar([{ name: "config.json", content: "{}" }, header]);
    assert.throws(() => readBootstrapTar(tar), { code: "invalid-bootstrap-tar", message }, header.name);
  }
});

void test("too large, cut off, damaged and foreign archives are refused", () => {
  const tar = buildBootstrapTar(entries);
  const limits = { file: 512, archive: 1 << 20 };
  assert.throws(() => readBootstrapTar(tar, limits), { message: /admin" has 513 bytes; 512 are allowed/ });
  assert.throws(() => readBootstrapTar(tar, { file: 1024, archive: 1024 }), { message: /1024 are allowed/ });
  assert.throws(() => readBootstrapTar(tar.subarray(0, 1100)), { message: /cut off/ });
  assert.throws(() => readBootstrapTar(tar.subarray(0, 512)), { message: /without its end mark/ });
  const damaged = Buffer.from(tar);
  damaged[3] = 0x41;
  assert.throws(() => readBootstrapTar(damaged), { message: /checksum/ });
  assert.throws(() => readBootstrapTar(Buffer.alloc(512, "x")), { code: "invalid-bootstrap-tar" });
});

void test("names that could not be read back are not written", () => {
  for (const name of ["../a", "/a", "a//b", "x".repeat(120)]) {
    assert.throws(() => buildBootstrapTar(new Map([[name, Buffer.alloc(0)]])), { code: "invalid-bootstrap-tar" });
  }
});
