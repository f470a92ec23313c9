import assert from "node:assert/strict";
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { askedUpgradeFile } from "./asked-upgrade-file.ts";

const ASKED = { version: "h2", sha256: "2".repeat(64), at: 1_767_225_600_000 };

void test("What was asked for is read again, with its tries, and is gone when it is removed.", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "asked-"));
  const file = askedUpgradeFile(join(directory.path, "hostos_upgrade.json"));
  await file.write({ ...ASKED, tries: 3 });
  assert.deepEqual(await file.read(), { ...ASKED, tries: 3 });
  await file.remove();
  assert.equal(await file.read(), undefined);
});

void test("A file of a program that did not count is one try; a damaged one is none.", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "asked-"));
  const path = join(directory.path, "hostos_upgrade.json");
  const read = async (text: string): Promise<unknown> => {
    await writeFile(path, text);
    return askedUpgradeFile(path).read();
  };
  assert.deepEqual(await read(JSON.stringify(ASKED)), { ...ASKED, tries: 1 });
  assert.equal(await read(JSON.stringify({ ...ASKED, tries: 0 })), undefined);
  assert.equal(await read("{"), undefined);
});
