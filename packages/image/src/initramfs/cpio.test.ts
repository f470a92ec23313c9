import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readlinkSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { FileTree } from "../rootfs/file-tree.ts";
import { renderCpio } from "./cpio.ts";

void test("GNU cpio unpacks what we write", { skip: hasCpio() ? false : "cpio is not installed here" }, () => {
  const tree = new FileTree();
  tree.file("/init", "#!/bin/sh\n", 0o755);
  tree.link("/bin/sh", "busybox");
  tree.file("/modules/odd-length", "12345");
  const directory = mkdtempSync(join(tmpdir(), "icos-cpio-"));
  try {
    execFileSync("cpio", ["-idm", "--quiet"], { cwd: directory, input: renderCpio(tree) });
    assert.equal(readFileSync(join(directory, "modules/odd-length"), "utf8"), "12345");
    assert.equal(readlinkSync(join(directory, "bin/sh")), "busybox");
    assert.equal(statSync(join(directory, "init")).mode & 0o777, 0o755);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

void test("an archive ends with its trailer, padded to 512 bytes", () => {
  const archive = renderCpio(new FileTree());
  assert.equal(archive.length % 512, 0);
  assert.match(archive.toString("latin1"), /^070701[0-9a-f]+TRAILER!!!\0/);
});

function hasCpio(): boolean {
  try {
    execFileSync("cpio", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
