import assert from "node:assert/strict";
import { test } from "node:test";
import type { DurableFiles } from "@icos/system";
import { MemoryDisk, type Random, seededRandom, Stopped, withoutDirectorySync } from "@icos/system/memory-disk";
import { openKeyStore } from "./key-store.ts";

const DIRECTORY = "/crypto";
const NOW = Date.parse("2026-03-01T12:00:00Z");
const ROUNDS = 16;

/** The node id if the program got as far as to use its keys. */
async function start(disk: MemoryDisk, stopAfter: number, files: DurableFiles): Promise<string | undefined> {
  disk.operationsLeft = stopAfter;
  try {
    return (await openKeyStore(DIRECTORY, { files, now: () => NOW })).keys.nodeId.toText();
  } catch (error) {
    if (error instanceof Stopped) return undefined;
    throw error;
  } finally {
    disk.operationsLeft = Infinity;
  }
}

/**
 * A life of several starts, each stopped somewhere by a power loss or a kill; then one that is not. Returns the identities
 * that were in use, of which there may be only one.
 */
async function life(random: Random, firstStop: number, wrap = (disk: DurableFiles) => disk): Promise<Set<string>> {
  const disk = new MemoryDisk(random, DIRECTORY);
  const files = wrap(disk);
  const used = new Set<string>();
  for (const stopAfter of [firstStop, Math.floor(random() * 60), Infinity, Infinity]) {
    const nodeId = await start(disk, stopAfter, files);
    if (nodeId !== undefined) used.add(nodeId);
    if (random() < 0.7) disk.powerLoss();
  }
  return used;
}

async function operationsOfAStart(): Promise<number> {
  const disk = new MemoryDisk(seededRandom(0), DIRECTORY);
  await start(disk, Infinity, disk);
  return disk.operations;
}

void test("stopped at any operation, the node comes up later and never had two identities", async () => {
  const operations = await operationsOfAStart();
  assert.ok(operations > 20, "every write is a point where it may stop");
  for (let stop = 0; stop <= operations; stop += 1) {
    const used = await life(seededRandom(stop), stop);
    assert.equal(used.size, 1, `stopped after ${stop} operations`);
  }
});

void test("the simulation would notice a program that does not sync directories", async () => {
  let noticed = 0;
  for (let seed = 0; seed < ROUNDS; seed += 1) {
    const lives = await life(seededRandom(seed), Infinity, withoutDirectorySync).catch(() => new Set<string>());
    if (lives.size !== 1) noticed += 1;
  }
  assert.ok(noticed > 0);
});
