import assert from "node:assert/strict";
import { mkdtempDisposable, readdir, readFile, rename } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { handOverRecoveryHash } from "./hand-over.ts";

void test("a hash that no start has used goes to no other version", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "hand-over-"));
  const files = { left: join(directory.path, "left"), waiting: join(directory.path, "waiting") };
  /** As the guest's unit does before its program. */
  const unitStarts = (): Promise<void> => rename(files.left, files.waiting);
  for (const started of [false, true]) {
    await handOverRecoveryHash("ab".repeat(32), files);
    assert.equal(await readFile(files.left, "utf8"), `${"ab".repeat(32)}\n`);
    if (started) await unitStarts();
    await handOverRecoveryHash(undefined, files);
    assert.deepEqual(await readdir(directory.path), []);
  }
  await handOverRecoveryHash("ab".repeat(32), files);
  await unitStarts();
  await handOverRecoveryHash("cd".repeat(32), files);
  assert.deepEqual(await readdir(directory.path), ["left"]);
});
