import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

const GUESTOS = join(import.meta.dirname, "../../images/guestos");

function ask(script: string, request: string, ...args: readonly string[]): string {
  return spawnSync("sh", [join(GUESTOS, script), ...args], { input: request, encoding: "utf8" }).stdout;
}

async function inTemporaryDirectory(body: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "scripts-"));
  try {
    await body(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

void test("provision-ssh-keys replaces the list of an account of the registry, and no other", () =>
  inTemporaryDirectory(async (directory) => {
    const provision = (request: string): string =>
      ask("access/files/opt/ic/bin/provision-ssh-keys", request, directory);
    assert.equal(provision("readonly\nkey 1\nkey $(2) \\n\nend\n"), "written\n");
    const list = join(directory, "readonly");
    assert.equal(await readFile(list, "utf8"), "key 1\nkey $(2) \\n\n");
    assert.equal((await stat(list)).mode & 0o022, 0);
    for (const account of ["admin", "root", "../readonly", "", "read only"])
      assert.match(provision(`${account}\nkey\nend\n`), /does not decide/, account);
    for (const half of ["", "readonly", "readonly\n", "readonly\nkey", "readonly\nkey\n", "readonly\nend of a key\n"])
      assert.equal(provision(half), "the request is incomplete\n", half);
    assert.match(await readFile(list, "utf8"), /^key 1/);
    assert.equal(provision("readonly\nend\n"), "written\n");
    assert.deepEqual([await readdir(directory), await readFile(list, "utf8")], [["readonly"], ""]);
  }));
