import assert from "node:assert/strict";
import { test } from "node:test";
import { cutText, limitedLogger } from "./limited-log.ts";
import type { LogFields } from "./log.ts";
import { VirtualClock } from "./virtual-clock.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

void test("Of each message ten lines a minute are logged, and at its end how many there were besides.", async () => {
  const clock = new VirtualClock();
  const stop = new AbortController();
  const lines: [string, LogFields | undefined][] = [];
  const logger = limitedLogger(
    { log: (_severity, message, fields) => void lines.push([message, fields]) },
    { clock, signal: stop.signal },
  );
  for (let at = 0; at < 1_000; at += 1) logger.log("info", "Asked.", { at });
  logger.log("warning", "Refused.");
  assert.equal(lines.length, 11);
  assert.deepEqual(lines.at(-1), ["Refused.", undefined]);

  clock.advance(59_999);
  logger.log("info", "Asked.");
  assert.equal(lines.length, 11);
  clock.advance(1);
  await turn();
  assert.deepEqual(lines.at(-1), [
    "There were too many lines of one kind; some were not logged.",
    { kind: "Asked.", left: 991 },
  ]);
  logger.log("info", "Asked.", { at: "later" });
  assert.deepEqual(lines.at(-1), ["Asked.", { at: "later" }]);

  for (let at = 0; at < 12; at += 1) logger.log("info", "Asked.");
  stop.abort();
  await turn();
  assert.deepEqual(lines.at(-1)?.[1], { kind: "Asked.", left: 3 });
  assert.equal(clock.sleeping, 0);
});

void test("A long text is cut, never within a character.", () => {
  assert.equal(cutText("abc", 3), "abc");
  assert.equal(cutText("abcd", 3), "ab…");
  assert.equal(cutText("a\u{1f600}bc", 3), "a\ufffd…");
});
