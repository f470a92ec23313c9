import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "@icos/system/virtual-clock";
import { PageCache } from "./page-cache.ts";

const LIMITS = { milliseconds: 8_000, bytes: 10 };

void test("a page is made once for all who ask while it is made, and again when it is too old", async () => {
  const clock = new VirtualClock();
  const cache = new PageCache(LIMITS, clock);
  let made = 0;
  const make = (): Promise<Buffer> => Promise.resolve(Buffer.from(String((made += 1))));
  const first = await Promise.all(Array.from({ length: 200 }, () => cache.get("a", make)));
  assert.deepEqual([made, new Set(first.map(String))], [1, new Set(["1"])]);
  clock.advance(7_999);
  assert.equal(String(await cache.get("a", make)), "1");
  clock.advance(1);
  assert.equal(String(await cache.get("a", make)), "2");
  clock.advance(-1_000);
  assert.equal(String(await cache.get("a", make)), "3", "the clock was set back");
});

void test("a failure is told to all who wait and tried again by the next", async () => {
  const cache = new PageCache(LIMITS, new VirtualClock());
  let made = 0;
  const fail = (): Promise<Buffer> => {
    made += 1;
    return Promise.reject(new Error("no"));
  };
  const results = await Promise.allSettled([cache.get("a", fail), cache.get("a", fail)]);
  assert.deepEqual([made, results.map(({ status }) => status)], [1, ["rejected", "rejected"]]);
  assert.equal(String(await cache.get("a", () => Promise.resolve(Buffer.from("x")))), "x");
});

void test("no more bytes are kept than allowed: the oldest pages leave", async () => {
  const cache = new PageCache(LIMITS, new VirtualClock());
  const made: string[] = [];
  const get = (name: string, size: number): Promise<Buffer> =>
    cache.get(name, () => {
      made.push(name);
      return Promise.resolve(Buffer.alloc(size));
    });
  await get("a", 4);
  await get("b", 4);
  await get("c", 4);
  await get("b", 4);
  await get("a", 4);
  await get("large", 11);
  await get("large", 11);
  assert.deepEqual(made, ["a", "b", "c", "a", "large", "large"]);
});
