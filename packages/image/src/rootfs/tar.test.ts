import assert from "node:assert/strict";
import { createReadStream } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Readable } from "node:stream";
import { pack } from "tar-stream";
import { FileTree } from "./file-tree.ts";
import { readTarInto, writeTar } from "./tar.ts";

async function withDirectory(run: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "icos-tar-"));
  try {
    await run(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

function sample(order: "forward" | "backward"): FileTree {
  const tree = new FileTree();
  const steps = [
    () => tree.directory("/etc", 0o755),
    () => tree.file("/etc/shadow", "secret", 0o640, { uid: 0, gid: 42 }),
    () => tree.link("/etc/mtab", "../proc/self/mounts"),
    () => tree.file("/usr/bin/tool", Buffer.alloc(100_000, 7), 0o4755),
  ];
  for (const step of order === "forward" ? steps : steps.reverse()) step();
  return tree;
}

void test("a tree comes back from its tar with modes, owners, links and content", () =>
  withDirectory(async (directory) => {
    const file = join(directory, "t.tar");
    await writeTar(sample("forward"), file, new Date(0));
    const tree = new FileTree();
    await readTarInto(tree, createReadStream(file));
    assert.deepEqual(tree.get("/etc/mtab"), {
      kind: "link",
      target: "../proc/self/mounts",
      mode: 0o777,
      uid: 0,
      gid: 0,
    });
    const shadow = tree.get("/etc/shadow");
    assert.deepEqual([shadow?.mode, shadow?.uid, shadow?.gid, tree.text("/etc/shadow")], [0o640, 0, 42, "secret"]);
    assert.equal(tree.get("/usr/bin/tool")?.mode, 0o4755);
  }));

void test("the bytes do not depend on the order in which a tree was filled", () =>
  withDirectory(async (directory) => {
    await writeTar(sample("forward"), join(directory, "a"), new Date(5000));
    await writeTar(sample("backward"), join(directory, "b"), new Date(5000));
    assert.ok((await readFile(join(directory, "a"))).equals(await readFile(join(directory, "b"))));
  }));

void test("hard links become copies, devices are left out", async () => {
  const archive = pack();
  archive.entry({ name: "./a", mode: 0o600 }, "text");
  archive.entry({ name: "./b", type: "link", linkname: "./a" });
  archive.entry({ name: "./dev/null", type: "character-device" });
  archive.finalize();
  const tree = new FileTree();
  await readTarInto(tree, Readable.from(archive));
  assert.equal(tree.text("/b"), "text");
  assert.equal(tree.get("/dev/null"), undefined);
});
