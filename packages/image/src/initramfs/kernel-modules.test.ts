import assert from "node:assert/strict";
import { test } from "node:test";
import { parseModulesDep } from "./kernel-modules.ts";

const DEP = `kernel/md/dm-verity.ko: kernel/md/dm-bufio.ko kernel/md/dm-mod.ko
kernel/md/dm-bufio.ko: kernel/md/dm-mod.ko
kernel/md/dm-mod.ko:
kernel/net/nft_ct.ko:
kernel/net/nft_log.ko:
`;

void test("a module comes after everything it needs", () => {
  const index = parseModulesDep(DEP, "");
  assert.deepEqual(index.closure(["dm_verity"]), [
    "kernel/md/dm-mod.ko",
    "kernel/md/dm-bufio.ko",
    "kernel/md/dm-verity.ko",
  ]);
});

void test("a star stands for the rest of a name", () => {
  assert.deepEqual(parseModulesDep(DEP, "").closure(["nft_*"]), ["kernel/net/nft_ct.ko", "kernel/net/nft_log.ko"]);
});

void test("a built-in module needs no file, an unknown one is an error", () => {
  assert.deepEqual(parseModulesDep(DEP, "kernel/fs/ext4/ext4.ko\n").closure(["ext4"]), []);
  assert.throws(() => parseModulesDep(DEP, "").closure(["ext4"]), { code: "unknown-module" });
});
