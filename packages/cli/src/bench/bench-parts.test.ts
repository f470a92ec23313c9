import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { lastStart } from "../../../../bench/boot/guestos-machine.ts";
import { consoleMoment } from "../../../../bench/lib/console-moment.ts";
import { parseProcesses } from "../../../../bench/memory/resident-memory.ts";

async function inDirectory(run: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "icos-bench-test-"));
  try {
    await run(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

void test("of a list of processes those of Node are kept, by the name of their program", () => {
  const list = [
    "   900 /sbin/init",
    " 70000 /opt/ic/bin/node --max-old-space-size=64 /opt/ic/lib/orchestrator.mjs --config x.json",
    "     0 [kworker/0:1]",
    "  4000 less /opt/ic/lib/replica.mjs",
    "",
  ];
  assert.deepEqual(parseProcesses(list.join("\n")), [{ program: "orchestrator", bytes: 71_680_000 }]);
});

void test("the last start of a node's machine is read from the supervisor's log", () =>
  inDirectory(async (directory) => {
    const log = join(directory, "supervisor.log");
    const entry = (node: string, kind: string, since: number): string =>
      `${JSON.stringify({ severity: "info", message: "machine", node, state: { kind, since, pid: 1 } })}\n`;
    await writeFile(log, `${entry("node-0", "running", 10)}{"message":"step"}\nnot JSON {\n{broken\n`);
    await appendFile(log, entry("node-0", "running", 20) + entry("node-1", "running", 30));
    await appendFile(log, entry("node-0", "stopping", 40));
    assert.equal(await lastStart(log, "node-0"), 20);
    await assert.rejects(lastStart(log, "node-2"), { code: "no-machine-start" });
  }));

void test("a line is noticed when it comes to a console, even in two pieces, and old lines do not count", () =>
  inDirectory(async (directory) => {
    const log = join(directory, "console.log");
    const { signal } = new AbortController();
    await writeFile(log, "orchestrator ready: the boot before\n");
    const moment = consoleMoment({ log, text: "orchestrator ready", from: "end", limitSeconds: 60, signal });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const written = Date.now();
    // Again and again: nothing says when the console is being listened to.
    const writing = setInterval(() => {
      appendFileSync(log, "[ 1.0] orchest");
      appendFileSync(log, "rator ready: node\n");
    }, 20);
    assert.ok((await moment.finally(() => clearInterval(writing))) >= written);
    const silent = consoleMoment({ log, text: "never", from: "start", limitSeconds: 0.05, signal });
    await assert.rejects(silent, { code: "console-silent" });
  }));
