import assert from "node:assert/strict";
import { test } from "node:test";
import { listLabels } from "@icos/certification";
import { VersionTree, versionLabel } from "./version-tree.ts";

const content = (version: number): Uint8Array => Buffer.from(`content ${version}`);

void test("any range of any size of tree shows exactly its versions under the same root", () => {
  const tree = new VersionTree();
  for (let size = 1; size <= 20; size++) {
    tree.append(content(size));
    for (let first = 1; first <= size; first++) {
      for (let last = first; last <= size; last++) {
        const range = tree.range(first, last, content);
        assert.deepEqual(range.digest, tree.digest);
        const shown = listLabels([], range).map(({ label }) => Uint8Array.from(label));
        const expected = Array.from({ length: last - first + 1 }, (_, index) => versionLabel(first + index));
        assert.deepEqual(shown, expected);
      }
    }
  }
});

void test("the root depends on every version", () => {
  const digests = [0, 1, 2, 3, 4].map((changed) => {
    const tree = new VersionTree();
    for (let version = 1; version <= 4; version++) tree.append(content(version === changed ? 99 : version));
    return Buffer.from(tree.digest).toString("hex");
  });
  assert.equal(new Set(digests).size, 5);
});
