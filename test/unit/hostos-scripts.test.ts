import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

const FOLLOW = join(import.meta.dirname, "../../images/hostos/monitoring/files/opt/ic/bin/follow-serial-log");

void test("follow-serial-log waits for the log, shows its lines without control sequences, and a new log from its beginning", async () => {
  const directory = await mkdtemp(join(tmpdir(), "scripts-"));
  const log = join(directory, "serial.log");
  // A process group of its own: the script is a pipeline.
  const script = spawn("bash", [FOLLOW, log, "0.001"], { stdio: ["ignore", "pipe", "ignore"], detached: true });
  let shown = "";
  script.stdout.setEncoding("utf8").on("data", (chunk: string) => (shown += chunk));
  const shows = async (expected: string): Promise<void> => {
    while (shown.length < expected.length) await once(script.stdout, "data");
    assert.equal(shown, expected);
  };
  try {
    const escape = "\u001b[2J\u001b]0;title\u0007";
    await writeFile(log, `one\t1\r\n${escape}two\u00e9 $(id) \`id\` %s\\n\n\n${"x".repeat(250)}\n`);
    const first = `one 1\n[2J]0;titletwo $(id) \`id\` %s\\n\n\n${"x".repeat(200)}\n${"x".repeat(50)}\n`;
    await shows(first);
    await writeFile(log, "new\n");
    await shows(`${first}new\n`);
  } finally {
    if (script.pid !== undefined) process.kill(-script.pid, "SIGTERM");
    await once(script, "close");
    await rm(directory, { recursive: true, force: true });
  }
});
