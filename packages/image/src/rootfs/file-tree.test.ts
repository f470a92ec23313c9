import assert from "node:assert/strict";
import { test } from "node:test";
import { FileTree } from "./file-tree.ts";

void test("a path through a directory link lands in the directory it points to", () => {
  const tree = new FileTree();
  tree.link("/bin", "usr/bin");
  tree.file("/bin/sh", "x", 0o755);
  assert.equal(tree.get("/usr/bin/sh")?.kind, "file");
  assert.deepEqual(
    tree.entries().map(([path]) => path),
    ["/bin", "/usr", "/usr/bin", "/usr/bin/sh"],
  );
});

void test("a link as the last part of a path is itself, not its target", () => {
  const tree = new FileTree();
  tree.file("/usr/bin/dash", "x");
  tree.link("/usr/bin/sh", "dash");
  assert.equal(tree.get("/usr/bin/sh")?.kind, "link");
});

void test("removing a directory removes what is in it and nothing beside it", () => {
  const tree = new FileTree();
  tree.file("/a/b/c", "1");
  tree.file("/a/bc", "2");
  tree.remove("/a/b");
  assert.deepEqual(
    tree.entries().map(([path]) => path),
    ["/a", "/a/bc"],
  );
});

void test("a file cannot take the place of a directory, nor a directory that of a file", () => {
  const tree = new FileTree();
  tree.directory("/a");
  tree.file("/f", "x");
  assert.throws(() => tree.file("/a", "x"), { code: "tree-conflict" });
  assert.throws(() => tree.directory("/f"), { code: "tree-conflict" });
});
