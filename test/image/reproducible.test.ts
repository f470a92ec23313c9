import assert from "node:assert/strict";
import { open } from "node:fs/promises";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { OS_NAMES, reproduceOs } from "@icos/image";
import { findFirstDifference } from "../../packages/image/src/reproduce/first-difference.ts";

for (const os of OS_NAMES)
  void test(`${os} built elsewhere, by another user, in other surroundings is the same to the bit`, async () => {
    const report = await reproduceOs(os, { variant: "dev" });
    assert.deepEqual(report.difference, undefined);
    assert.equal(report.identical, true);
    assert.equal(report.updateImageSha256[0], report.updateImageSha256[1]);
  });

void test("the first byte that differs is found, however far into a sparse file", async () => {
  const directory = await mkdtemp(join(tmpdir(), "icos-difference-"));
  try {
    const [a, b] = [join(directory, "a"), join(directory, "b")];
    for (const path of [a, b]) {
      await writeFile(path, "same");
      await using file = await open(path, "r+");
      await file.truncate(64 << 20);
    }
    assert.equal(await findFirstDifference(a, b), undefined);
    await using file = await open(b, "r+");
    await file.write(Buffer.from([1]), 0, 1, 40_000_001);
    assert.deepEqual(await findFirstDifference(a, b), { offset: 40_000_001 });
    await file.truncate(65 << 20);
    await file.write(Buffer.from([0]), 0, 1, 40_000_001);
    assert.deepEqual(await findFirstDifference(a, b), { offset: undefined });
  } finally {
    await rm(directory, { recursive: true });
  }
});
