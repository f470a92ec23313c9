import assert from "node:assert/strict";
import { mkdtempDisposable, readFile, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { commitInstall, confirmBoot, fileGrubenvStore, installTarget, prepareBoot } from "./boot-store.ts";
import type { GrubenvStore } from "./boot-store.ts";
import type { BootState } from "./boot-state.ts";
import { bootStateOf, newGrubenv, parseGrubenv } from "./grubenv.ts";

function memoryStore(first: Uint8Array | undefined): GrubenvStore & { writes: number; state(): BootState } {
  let block = first;
  const store = {
    name: "grubenv",
    writes: 0,
    read: async () => block,
    write: async (next: Uint8Array) => {
      block = next;
      store.writes += 1;
    },
    state: () => bootStateOf(parseGrubenv(block ?? newGrubenv())),
  };
  return store;
}

void test("an upgrade goes through commit, first boot and confirmation", async () => {
  const store = memoryStore(newGrubenv());
  assert.equal(await installTarget(store, "A"), "B");
  await commitInstall(store, "A");
  await commitInstall(store, "A");
  assert.equal(store.writes, 1);
  await assert.rejects(installTarget(store, "A"), { code: "install-refused" });
  await confirmBoot(store, "A");
  assert.equal(store.writes, 1);
  const boot = await prepareBoot(store);
  assert.equal(boot.boots, "B");
  assert.equal(store.writes, 1);
  await boot.persist();
  assert.deepEqual(store.state(), { alternative: "B", cycle: "failsafe_check" });
  await assert.rejects(installTarget(store, "B"), { code: "install-refused" });
  await assert.rejects(commitInstall(store, "B"), { code: "commit-refused" });
  await assert.rejects(confirmBoot(store, "A"), { code: "confirm-refused" });
  await confirmBoot(store, "B");
  assert.deepEqual(store.state(), { alternative: "B", cycle: "stable" });
});

void test("nothing is written in a stable system", async () => {
  const store = memoryStore(newGrubenv());
  await (await prepareBoot(store)).persist();
  await confirmBoot(store, "A");
  assert.equal(store.writes, 0);
});

void test("a missing block means slot A, stable, and the first boot writes it", async () => {
  const store = memoryStore(undefined);
  const boot = await prepareBoot(store);
  assert.equal(boot.boots, "A");
  await boot.persist();
  assert.deepEqual(store.state(), { alternative: "A", cycle: "stable" });
  assert.equal(store.writes, 1);
});

void test("a damaged block is refused and left alone", async () => {
  const store = memoryStore(Buffer.alloc(1024));
  await assert.rejects(prepareBoot(store), { code: "grubenv-invalid" });
  await assert.rejects(confirmBoot(store, "A"), { code: "grubenv-invalid" });
  assert.equal(store.writes, 0);
});

void test("a block in a file is replaced whole", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "slots-"));
  const path = join(directory.path, "grubenv");
  const store = fileGrubenvStore(path);
  assert.equal(await store.read(), undefined);
  await (await prepareBoot(store)).persist();
  await commitInstall(store, "A");
  assert.deepEqual(await readFile(path), newGrubenv({ alternative: "B", cycle: "first_boot" }));
  assert.equal((await stat(path)).mode & 0o777, 0o644);
});
