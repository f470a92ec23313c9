import assert from "node:assert/strict";
import { mkdtempDisposable, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { announceRecovery, requireNoRecovery } from "./under-way.ts";

void test("a recovery that runs is known to all, and the only one", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "under-way-"));
  const notice = join(directory.path, "notice");
  await requireNoRecovery(notice);
  {
    await using _ = await announceRecovery(join(directory.path, "first"), notice);
    assert.deepEqual((await readdir(directory.path)).sort(), ["first", "notice"]);
    await assert.rejects(requireNoRecovery(notice), { code: "recovery-under-way" });
    await assert.rejects(announceRecovery(join(directory.path, "second"), notice), { code: "recovery-under-way" });
    // The second one's unit would take the first one's notice away, if this were there.
    assert.deepEqual((await readdir(directory.path)).sort(), ["first", "notice"]);
  }
  assert.deepEqual(await readdir(directory.path), []);
});
