import assert from "node:assert/strict";
import { test } from "node:test";
import { FileTree } from "../rootfs/file-tree.ts";
import { earlyMicrocode } from "./microcode.ts";

void test("the containers of AMD's microcode, one behind the other, are where the kernel looks for them", () => {
  const packages = new FileTree();
  packages.file("/usr/lib/firmware/amd-ucode/microcode_amd_fam19h.bin", "family 19h;");
  packages.file("/usr/lib/firmware/amd-ucode/microcode_amd_fam17h.bin", "family 17h;");
  packages.file("/usr/lib/firmware/amd-ucode/README", "not microcode");
  packages.file("/usr/lib/firmware/amd/amd_sev_fam19h_model0xh.sbin", "of another processor");
  const archive = earlyMicrocode(packages);
  const text = archive.toString("latin1");
  assert.ok(text.startsWith("070701"), "no compression");
  assert.match(text, /kernel\/x86\/microcode\/AuthenticAMD\.bin\0+family 17h;family 19h;\0/);
  assert.doesNotMatch(text, /not microcode|another/);
  assert.equal(archive.length % 4, 0, "what follows is found");
});

void test("without microcode nothing stands before the initramfs", () => {
  assert.equal(earlyMicrocode(new FileTree()).length, 0);
});
