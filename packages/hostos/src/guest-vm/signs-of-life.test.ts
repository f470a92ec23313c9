import assert from "node:assert/strict";
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { writeGuestHealth } from "../agent/guest-health.ts";
import { watchBoot } from "./boot-watch.ts";
import type { BootProgress } from "./run-state.ts";
import { mayBeAtWork } from "./signs-of-life.ts";

const FIRST = { type: "default", slot: 0 } as const;

void test("a silent guest that has reported since its start is at work; one that reported before it, a further one and the upgrade VM are not", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "life-"));
  const places = { serialLog: join(directory.path, "serial.log"), guestHealth: join(directory.path, "health.json") };
  assert.equal(await mayBeAtWork(FIRST, places, 5), false);
  await writeFile(places.guestHealth, "{");
  assert.equal(await mayBeAtWork(FIRST, places, 5), false);
  await writeGuestHealth(places.guestHealth, { state: "starting", "node-id": null, detail: null }, 7);
  assert.equal(await mayBeAtWork(FIRST, places, 5), true);
  assert.equal(await mayBeAtWork(FIRST, places, 9), false);
  assert.equal(await mayBeAtWork({ type: "default", slot: 1 }, places, 5), false);
  assert.equal(await mayBeAtWork({ type: "upgrade" }, places, 5), false);
});

void test("nothing is concluded from the silence of a log that has no room", async () => {
  // What cannot be written to at all has no room either.
  assert.equal(
    await mayBeAtWork({ type: "upgrade" }, { serialLog: "/proc/serial.log", guestHealth: "/none" }, 0),
    true,
  );
});

void test("a guest with other signs of life is asked for them again after each silence, and hangs when they end", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "life-"));
  const log = join(directory.path, "serial.log");
  await writeFile(log, "");
  const seen: BootProgress[] = [];
  const signs = [true, true, false];
  await watchBoot(log, (progress) => seen.push(progress), {
    signal: new AbortController().signal,
    timeoutMs: 60_000,
    silenceMs: 50,
    mayBeAtWork: async () => signs.shift() ?? false,
  });
  assert.deepEqual([seen, signs], [["hung"], []]);
});
