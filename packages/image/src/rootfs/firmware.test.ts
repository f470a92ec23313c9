import assert from "node:assert/strict";
import { test } from "node:test";
import { FileTree } from "./file-tree.ts";
import { keepFirmware } from "./firmware.ts";

function packaged(): FileTree {
  const tree = new FileTree();
  tree.file("/usr/lib/firmware/intel/ice/ddp/ice-1.3.41.0.pkg", "x");
  tree.link("/usr/lib/firmware/intel/ice/ddp/ice.pkg", "ice-1.3.41.0.pkg");
  tree.file("/usr/lib/firmware/intel/ice/ddp-comms/ice_comms-1.3.52.0.pkg", "x");
  tree.file("/usr/lib/firmware/bnx2x/bnx2x-e2-7.13.1.0.fw", "x");
  tree.file("/usr/lib/firmware/bnx2x/bnx2x-e2-7.13.21.0.fw", "x");
  tree.file("/usr/lib/firmware-notes", "x");
  return tree;
}

const paths = (tree: FileTree): readonly string[] => tree.entries().map(([path]) => path.replace("/usr/lib", ""));

void test("of all firmware the named files stay, what they are links to, and the directories of both", () => {
  const tree = packaged();
  keepFirmware(tree, ["intel/ice/ddp/ice.pkg", "bnx2x/bnx2x-e2-7.13.21.0.fw"]);
  assert.deepEqual(paths(tree).slice(2), [
    "/firmware",
    "/firmware-notes",
    "/firmware/bnx2x",
    "/firmware/bnx2x/bnx2x-e2-7.13.21.0.fw",
    "/firmware/intel",
    "/firmware/intel/ice",
    "/firmware/intel/ice/ddp",
    "/firmware/intel/ice/ddp/ice-1.3.41.0.pkg",
    "/firmware/intel/ice/ddp/ice.pkg",
  ]);
});

void test("firmware that no package has is an error with every name, also where only its link is there", () => {
  const tree = packaged();
  tree.link("/usr/lib/firmware/tg3.bin", "tigon/tg3.bin");
  assert.throws(() => keepFirmware(tree, ["bnx2x", "tg3.bin", "qat.bin", "bnx2x/bnx2x-e2-7.13.1.0.fw"]), {
    code: "unknown-firmware",
    message: "No package has the firmware bnx2x, tg3.bin, qat.bin.",
  });
});

void test("links that lead in a circle lead nowhere", () => {
  const tree = new FileTree();
  tree.link("/usr/lib/firmware/a", "b");
  tree.link("/usr/lib/firmware/b", "a");
  assert.throws(() => keepFirmware(tree, ["a"]), { code: "unknown-firmware" });
});
