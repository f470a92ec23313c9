import assert from "node:assert/strict";
import { dirname } from "node:path";
import { test } from "node:test";
import type { DurableFiles } from "@icos/system";
import { MemoryDisk, type Random, seededRandom, Stopped, withoutDirectorySync } from "@icos/system/memory-disk";
import { type KeyChange, LocalStore, versionPath } from "../index.ts";
import { SmallRegistry, startNode } from "../../test/follow.ts";

const DIRECTORY = "/store";
const VERSIONS = 258;
const registry = new SmallRegistry(VERSIONS);
const versions = (from: number, to: number) =>
  registry.history.since(from - 1, to - from + 1).map(({ version, changes }) => ({ version, changes }));

/** Runs the work until it ends or the machine stops in it. Whether it ended. */
async function until(disk: MemoryDisk, stopAfter: number, work: () => Promise<void>): Promise<boolean> {
  disk.operationsLeft = stopAfter;
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof Stopped || (error instanceof Error && error.cause instanceof Stopped)) return false;
    throw error;
  } finally {
    disk.operationsLeft = Infinity;
  }
}

const shown = (changes: readonly KeyChange[] = []): string[] =>
  changes.map(({ key, value }) => `${key}=${value === undefined ? "none" : Buffer.from(value).toString()}`);

/** Each version that is read is whole and the registry's; returns how many there are. */
async function checked(store: LocalStore): Promise<number> {
  let count = 0;
  for await (const { version, changes } of store.readSince(0)) {
    count += 1;
    assert.equal(version, count);
    assert.deepEqual(shown(changes), shown(registry.history.at(version)?.changes));
  }
  return count;
}

/** Appends in batches that cross a directory, stopped once; what was acknowledged, and what a power loss left. */
async function appended(random: Random, stopAfter: number, files = (disk: MemoryDisk): DurableFiles => disk) {
  const disk = new MemoryDisk(random, DIRECTORY);
  const store = new LocalStore(DIRECTORY, files(disk));
  let acknowledged = 0;
  await until(disk, stopAfter, async () => {
    for (const [from, to] of [
      [1, 3],
      [4, 4],
      [5, 30],
      [31, VERSIONS - 8],
      [VERSIONS - 7, VERSIONS],
    ] as const) {
      await store.appendAll(versions(from, to));
      acknowledged = to;
    }
  });
  if (random() < 0.7) disk.powerLoss();
  return { disk, acknowledged, operations: disk.operations };
}

void test("stopped anywhere, the store has all that was acknowledged, whole and without a gap", async () => {
  const { operations } = await appended(seededRandom(0), Infinity);
  assert.ok(operations > 500);
  for (let stop = 0; stop <= operations; stop += stop < 60 || stop > operations - 60 ? 1 : 11) {
    const { disk, acknowledged } = await appended(seededRandom(stop), stop);
    const store = new LocalStore(DIRECTORY, disk);
    const count = await checked(store);
    assert.ok(count >= acknowledged, `stopped after ${stop}: ${count} versions, ${acknowledged} acknowledged`);
    assert.deepEqual((await store.inspect()).problems, []);
    await store.truncate(count); // as a node does when it starts
    await store.appendAll(versions(count + 1, VERSIONS));
    assert.equal(await checked(store), VERSIONS);
  }
});

void test("stopped anywhere while a damaged store is healed, it is healed later", async () => {
  const heal = async (random: Random, stopAfter: number): Promise<number> => {
    const { disk } = await appended(random, Infinity);
    const path = `${DIRECTORY}/${versionPath(250)}`;
    await disk.removeTree(path);
    if (random() < 0.5) await disk.create(path, Buffer.from("torn"), 0o644);
    await disk.syncDirectory(dirname(path));
    disk.operations = 0;
    await until(disk, stopAfter, async () => void (await startNode(new LocalStore(DIRECTORY, disk), registry)));
    const { operations } = disk;
    if (random() < 0.7) disk.powerLoss();
    const store = new LocalStore(DIRECTORY, disk);
    const { client } = await startNode(store, registry);
    assert.equal(client.latestVersion(), VERSIONS);
    assert.equal(await checked(store), VERSIONS);
    assert.deepEqual((await store.inspect()).problems, []);
    return operations;
  };
  const operations = await heal(seededRandom(0), Infinity);
  for (let stop = 0; stop <= operations; stop += 9) await heal(seededRandom(stop), stop);
});

void test("the simulation would notice a store that does not sync directories", async () => {
  let lost = 0;
  for (let seed = 0; seed < 16; seed += 1) {
    const { disk, acknowledged } = await appended(seededRandom(seed), Infinity, withoutDirectorySync);
    if ((await checked(new LocalStore(DIRECTORY, disk))) < acknowledged) lost += 1;
  }
  assert.ok(lost > 0);
});
