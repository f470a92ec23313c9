import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { buildStage, stageKey } from "./stage.ts";

async function withCache(run: (cache: string) => Promise<void>): Promise<void> {
  const cache = await mkdtemp(join(tmpdir(), "icos-stage-"));
  try {
    await run(cache);
  } finally {
    await rm(cache, { recursive: true });
  }
}

void test("a stage is built once for a key", () =>
  withCache(async (cache) => {
    let builds = 0;
    const build = async (directory: string): Promise<void> => writeFile(join(directory, "out"), String(++builds));
    const first = await buildStage(cache, "s", "k", build);
    assert.equal(await buildStage(cache, "s", "k", build), first);
    assert.equal(await readFile(join(first, "out"), "utf8"), "1");
  }));

void test("a stage that fails leaves nothing, and the next run builds it", () =>
  withCache(async (cache) => {
    const failing = async (directory: string): Promise<void> => {
      await writeFile(join(directory, "half"), "");
      throw new Error("interrupted");
    };
    await assert.rejects(buildStage(cache, "s", "k", failing), /interrupted/);
    assert.deepEqual(await readdir(join(cache, "stages/s")), []);
    const result = await buildStage(cache, "s", "k", async () => undefined);
    assert.deepEqual(await readdir(result), []);
  }));

void test("two builds of one key at once give one result", () =>
  withCache(async (cache) => {
    const build = async (directory: string): Promise<void> => writeFile(join(directory, "out"), "same");
    const [a, b] = await Promise.all([buildStage(cache, "s", "k", build), buildStage(cache, "s", "k", build)]);
    assert.equal(a, b);
    assert.deepEqual(await readdir(join(cache, "stages/s")), ["k"]);
  }));

void test("any changed input changes the key", () => {
  assert.notEqual(stageKey({ a: 1 }), stageKey({ a: 2 }));
  assert.equal(stageKey({ a: 1 }), stageKey({ a: 1 }));
});
