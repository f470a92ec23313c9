import assert from "node:assert/strict";
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { DEFAULT_BASES, readBases, recoveryArtefactUrl, updateImageUrl } from "./bases.ts";

void test("servers come from the settings, and release images want them encrypted", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "bases-"));
  const file = join(directory.path, "recovery.json");
  assert.deepEqual(await readBases(file, "prod"), DEFAULT_BASES);
  await writeFile(file, '{"download_bases": ["https://one.example/images/", "http://two.example:8080"]}');
  assert.deepEqual(await readBases(file, "dev"), ["https://one.example/images", "http://two.example:8080"]);
  await assert.rejects(readBases(file, "prod"), { code: "bad-recovery-settings", message: /two\.example/ });
  for (const text of [
    "{",
    "[]",
    '{"download_bases": []}',
    '{"download_bases": ["ftp://x"]}',
    '{"download_bases": ["https://a@b"]}',
  ]) {
    await writeFile(file, text);
    await assert.rejects(readBases(file, "dev"), { code: "bad-recovery-settings" }, text);
  }
});

void test("images are where upstream has them", () => {
  const [base = ""] = DEFAULT_BASES;
  assert.equal(
    updateImageUrl(base, "abc"),
    "https://download.dfinity.systems/ic/abc/guest-os/update-img-recovery/update-img.tar.zst",
  );
  assert.equal(recoveryArtefactUrl(base, "def"), "https://download.dfinity.systems/recovery/def/recovery.tar.zst");
});
