import assert from "node:assert/strict";
import { test } from "node:test";
import { FileTree } from "./file-tree.ts";
import { enableUnit, maskUnit } from "./units.ts";

void test("enabling a unit makes the links that its [Install] section asks for", () => {
  const tree = new FileTree();
  tree.file(
    "/etc/systemd/system/a.service",
    "[Unit]\nWantedBy=nonsense\n[Install]\nWantedBy=multi-user.target\nAlias=b.service\n",
  );
  enableUnit(tree, "a.service");
  const link = { kind: "link", target: "/etc/systemd/system/a.service", mode: 0o777, uid: 0, gid: 0 };
  assert.deepEqual(tree.get("/etc/systemd/system/multi-user.target.wants/a.service"), link);
  assert.deepEqual(tree.get("/etc/systemd/system/b.service"), link);
  assert.equal(tree.get("/etc/systemd/system/nonsense.wants/a.service"), undefined);
});

void test("an instance is enabled through its template", () => {
  const tree = new FileTree();
  tree.file("/usr/lib/systemd/system/shell@.service", "[Install]\nWantedBy=multi-user.target\n");
  enableUnit(tree, "shell@ttyS0.service");
  assert.equal(tree.get("/etc/systemd/system/multi-user.target.wants/shell@ttyS0.service")?.kind, "link");
});

void test("a unit that does not exist, or cannot be enabled, is an error", () => {
  const tree = new FileTree();
  tree.file("/usr/lib/systemd/system/static.service", "[Service]\nExecStart=/bin/true\n");
  assert.throws(() => enableUnit(tree, "missing.service"), { code: "bad-component" });
  assert.throws(() => enableUnit(tree, "static.service"), { code: "bad-component" });
});

void test("a masked unit points to nothing, whatever was there before", () => {
  const tree = new FileTree();
  tree.file("/etc/systemd/system/a.service", "[Service]\n");
  maskUnit(tree, "a.service");
  assert.deepEqual(tree.get("/etc/systemd/system/a.service"), {
    kind: "link",
    target: "/dev/null",
    mode: 0o777,
    uid: 0,
    gid: 0,
  });
});
