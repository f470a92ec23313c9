import { test } from "node:test";
import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { createProgress } from "./progress.ts";

function capture(live: boolean) {
  let text = "";
  let time = 0;
  const progress = createProgress({ live, columns: 60, write: (more) => (text += more) }, () => time);
  return { progress, text: () => text, at: (milliseconds: number) => (time = milliseconds) };
}

void test("without a terminal there is one line for every change, and none for what stays the same", () => {
  const { progress, text, at } = capture(false);
  progress.observe({ kind: "started", phase: "tools tree" });
  at(1_500);
  progress.observe({ kind: "finished", phase: "tools tree", milliseconds: 1_500, note: "cached" });
  const rows = (state: "running" | "done", words: string) =>
    progress.show([
      { phase: "Nodes", state, text: words, milliseconds: 100 },
      { phase: "Later", state: "waiting", text: "", milliseconds: undefined },
    ]);
  rows("running", "0 of 1");
  rows("running", "0 of 1");
  at(61_000);
  rows("done", "1 of 1");
  progress.end();
  assert.equal(
    text(),
    [
      "  0.0 s  tools tree",
      "  1.5 s  tools tree: cached (1.5 s)",
      "  1.5 s  Nodes: 0 of 1",
      "   1:01  Nodes: 1 of 1 (0.1 s)",
      "",
    ].join("\n"),
  );
});

void test("on a terminal the list is drawn over itself and no line is wider than the screen", () => {
  const { progress, text } = capture(true);
  progress.observe({ kind: "started", phase: "one" });
  progress.observe({ kind: "progress", phase: "one", text: "x".repeat(200) });
  progress.observe({ kind: "started", phase: "two" });
  progress.end();
  assert.ok(text().includes("\u001b[1A"));
  assert.ok(text().endsWith("\n"));
  for (const line of stripVTControlCharacters(text()).split("\n")) assert.ok(line.length <= 60, line);
});
