import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { silentLogger, systemClock, type Logger } from "@icos/system";
import { VirtualClock } from "@icos/system/virtual-clock";
import { createConsoles } from "../guest-vm/consoles.ts";
import { Notices, printableLines } from "./notices.ts";

async function withNotices(
  body: (given: { notices: Notices; clock: VirtualClock; shown: string[]; lock: string }) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "notices-"));
  const stop = new AbortController();
  const clock = new VirtualClock();
  const shown: string[] = [];
  const lock = join(directory, "manual-recovery");
  const screens = { show: async (...lines: readonly string[]) => void shown.push(lines.join("|")) };
  const notices = new Notices({ screens, recoveryLock: lock, clock, logger: silentLogger, signal: stop.signal });
  try {
    await body({ notices, clock, shown, lock });
  } finally {
    stop.abort();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Until as many sleep; looking for the lock file takes a moment. */
async function sleeping(clock: VirtualClock, count: number): Promise<void> {
  while (clock.sleeping < count) await systemClock.sleep(1);
}

void test("A text is shown as often as asked for, two seconds apart, but not more than ten times.", () =>
  withNotices(async ({ notices, clock, shown }) => {
    notices.show("Node aaaaa-aa\nis ready", 4_294_967_295);
    for (let count = 1; count < 10; count += 1) {
      await sleeping(clock, 1);
      assert.equal(shown.length, count);
      clock.advance(1_999);
      assert.equal(clock.sleeping, 1);
      clock.advance(1);
    }
    while (shown.length < 10) await systemClock.sleep(1);
    await systemClock.sleep(5);
    assert.equal(clock.sleeping, 0);
    assert.deepEqual(new Set(shown), new Set(["Node aaaaa-aa|is ready"]));
  }));

void test("Nothing is shown while somebody recovers the node at the screen, nor when it is to be shown no times.", () =>
  withNotices(async ({ notices, clock, shown, lock }) => {
    await writeFile(lock, "");
    notices.show("hidden", 3);
    notices.show("never", 0);
    await sleeping(clock, 1);
    await rm(lock);
    clock.advance(2_000);
    await sleeping(clock, 1);
    assert.deepEqual(shown, ["hidden"]);
  }));

void test("A text goes to the log once, however often it is shown, and cut.", async () => {
  const clock = new VirtualClock();
  const stop = new AbortController();
  const texts: unknown[] = [];
  const logger: Logger = { log: (_severity, message, fields) => void texts.push(fields?.["text"] ?? message) };
  const screens = createConsoles([], logger);
  const notices = new Notices({ screens, recoveryLock: "/not/there", clock, logger, signal: stop.signal });
  notices.show("Hello\nthere", 3);
  notices.show("x".repeat(400).concat("\n").repeat(40), 3);
  for (let count = 1; count < 3; count += 1) {
    await sleeping(clock, 2);
    clock.advance(2_000);
  }
  await systemClock.sleep(5);
  assert.equal(clock.sleeping, 0);
  assert.deepEqual(
    texts.map((text) => String(text).length),
    ["Hello there".length, 1000],
  );
});

void test("A guest that floods the screen is refused.", () =>
  withNotices(async ({ notices, clock }) => {
    for (let count = 0; count < 16; count += 1) notices.show("x", 10);
    assert.throws(() => notices.show("x", 1), { code: "too-many-notices" });
    for (let count = 1; count < 10; count += 1) {
      await sleeping(clock, 16);
      clock.advance(2_000);
    }
    await systemClock.sleep(20);
    notices.show("x", 1);
  }));

void test("Nothing of a text steers the terminal, and it does not fill the screen.", () => {
  assert.deepEqual(printableLines("a\u001b[2Jb\r\nc\u009b\u0007\td\n\n"), ["a?[2Jb", "c?? d"]);
  assert.deepEqual(printableLines("Knoten \u00fc\u4e2d\u{1f600}"), ["Knoten \u00fc\u4e2d\u{1f600}"]);
  assert.equal(printableLines("\n".repeat(100) + "x").length, 40);
  assert.equal(printableLines("x".repeat(500))[0]?.length, 400);
});
