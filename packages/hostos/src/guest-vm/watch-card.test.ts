import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { watchCard, type CardChange } from "./watch-card.ts";

void test("a card that is gone is told once, one that is replaced ends the watch", async () => {
  const sys = mkdtempSync(join(tmpdir(), "wc-"));
  after(() => rm(sys, { recursive: true, force: true }));
  const card = join(sys, "class/net/guest0");
  const plug = (index: number): void => {
    mkdirSync(card, { recursive: true });
    writeFileSync(join(card, "ifindex"), `${index}\n`);
  };
  plug(7);
  // What is the case at each look, in order.
  const looks = [() => plug(7), () => rmSync(card, { recursive: true }), () => undefined, () => plug(8)];
  const changes: CardChange[] = [];
  const clock = { sleep: async () => looks.shift()?.() };
  await watchCard("guest0", (change) => changes.push(change), { sys, clock, signal: new AbortController().signal });
  assert.deepEqual(changes, ["gone", "replaced"]);
  assert.equal(looks.length, 0);
});

void test("the same card that comes back is the same, and the watch ends with the machine", async () => {
  const sys = mkdtempSync(join(tmpdir(), "wc-"));
  after(() => rm(sys, { recursive: true, force: true }));
  mkdirSync(join(sys, "class/net/guest0"), { recursive: true });
  writeFileSync(join(sys, "class/net/guest0/ifindex"), "7\n");
  const ended = new AbortController();
  let looks = 0;
  const clock = { sleep: async () => void (++looks === 3 && ended.abort()) };
  await watchCard("guest0", () => assert.fail("nothing has changed"), { sys, clock, signal: ended.signal });
  assert.equal(looks, 3);
});
