import assert from "node:assert/strict";
import { test } from "node:test";
import type { Explanation } from "./explain.ts";
import { renderPage, type NodeFacts } from "./page.ts";
import { plainLine, widthOf, wrap } from "./styled-line.ts";

const NODE_ID = "4vnki-cqaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aae";

const WORKING: Explanation = {
  kind: "guest-working",
  tone: "waiting",
  title: "Onboarding",
  story: "The join request failed: Operator abc has no quota left for another node. It will be tried again.",
  next: "Ask for a larger node allowance in your operator record, or remove a node that is gone.",
  notices: ["HostOS in slot B is new and not confirmed; unless the guest gets healthy, it goes back."],
};

const FACTS: NodeFacts = {
  nodeId: NODE_ID,
  hostIpv6: "2602:fb2b:110:10:6800:94ff:feef:2978",
  guestIpv6: "2602:fb2b:110:10:6801:94ff:feef:2978",
  hostVersion: "f4f3a52aa0b7f9d4f6a1c9d3a4b7b9d4f6a1c9d3",
  hostSlot: "A",
  mgmtMac: "b0:7b:25:c8:f6:c0",
  time: "2027-01-15 08:00:00 UTC",
};

void test("the page fills a screen of 80x25 exactly and has the whole QR code", () => {
  const lines = renderPage(WORKING, FACTS, { columns: 80, rows: 25 });
  assert.equal(lines.length, 25);
  for (const line of lines) assert.ok(widthOf(line) <= 80, plainLine(line));
  const code = lines.flat().filter(({ style }) => style === "bright");
  assert.equal(code.length, 19);
  assert.ok(code.every(({ text }) => text.length === 37));
  const text = lines.map(plainLine).join("\n");
  assert.match(text, /Onboarding/);
  assert.match(text, /2602:fb2b:110:10:6800:94ff:feef:2978/);
  assert.ok(text.includes(`Node  ${NODE_ID}`));
  assert.match(text, /Press Enter for the console\.$/);
});

void test("every size gets exactly its number of lines, none too wide", () => {
  for (const [columns, rows] of [
    [40, 10],
    [80, 24],
    [80, 25],
    [100, 30],
    [200, 60],
  ] as const) {
    for (const facts of [FACTS, { ...FACTS, nodeId: undefined, guestIpv6: undefined }]) {
      const lines = renderPage(WORKING, facts, { columns, rows });
      assert.equal(lines.length, rows);
      for (const line of lines) assert.ok(widthOf(line) <= columns, `${columns}: ${plainLine(line)}`);
    }
  }
});

void test("a screen that is too small has the node id as text only", () => {
  const lines = renderPage(WORKING, FACTS, { columns: 60, rows: 20 });
  assert.deepEqual(
    lines.flat().filter(({ style }) => style === "bright"),
    [],
  );
  assert.match(lines.map(plainLine).join("\n"), /4vnki-cqaaa/);
});

void test("a version that holds an escape sequence does not get onto the screen with it", () => {
  const lines = renderPage(WORKING, { ...FACTS, hostVersion: "\u001b[2J1.2.3" }, { columns: 80, rows: 25 });
  assert.match(lines.map(plainLine)[0] ?? "", /HostOS 1\.2\.3 \(A\)/);
});

void test("words are wrapped, and one that is too long is broken", () => {
  assert.deepEqual(wrap("one two  three", 7), ["one two", "three"]);
  assert.deepEqual(wrap("a 0123456789", 4), ["a", "0123", "4567", "89"]);
  assert.deepEqual(wrap("", 4), []);
});
