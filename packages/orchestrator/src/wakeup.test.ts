import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "@icos/system/virtual-clock";
import { Wakeup } from "./wakeup.ts";

void test("a wait ends with its time, with a wake-up or with the program, and leaves nothing behind", async () => {
  const clock = new VirtualClock();
  const wakeup = new Wakeup(clock);
  const stop = new AbortController();
  const ended: string[] = [];
  const wait = (name: string, milliseconds: number): Promise<void> =>
    wakeup.wait(milliseconds, stop.signal).then(() => void ended.push(name));

  const first = [wait("short", 10), wait("long", 1000)];
  clock.advance(10);
  await first[0];
  assert.deepEqual(ended, ["short"]);
  wakeup.wake();
  await Promise.all(first);
  const second = wait("stopped", 1000);
  stop.abort();
  await second;
  await wait("already stopped", 1000);
  assert.deepEqual(ended, ["short", "long", "stopped", "already stopped"]);
  assert.equal(clock.sleeping, 0);
});
