import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { REPOSITORY } from "./docs/markdown.ts";

const UNITS = join(REPOSITORY, "images/hostos/recovery/files/etc/systemd/system");

/** Runs what a unit runs after its program, however that has ended; gives what it would have systemd do. */
async function runStopPost(unit: string, run: string): Promise<string> {
  const text = await readFile(join(UNITS, unit), "utf8");
  return [...text.matchAll(/^ExecStopPost=-?\/bin\/sh -c '([^']+)'$/gm)]
    .map(([, script = ""]) =>
      script
        .replaceAll("%t/", `${run}/`)
        .replaceAll("%i", "3-77-804")
        .replaceAll("/run/icos/", `${run}/icos/`)
        .replaceAll("/usr/bin/systemctl", "echo systemctl"),
    )
    .map((script) => execFileSync("/bin/sh", ["-c", script], { encoding: "utf8" }))
    .join("");
}

void test("a program that is killed leaves no guest stopped, and one that has not stopped it starts none", async () => {
  for (const [unit, directory] of [
    ["manual-recovery@.service", "manual-recovery/3-77-804"],
    ["guestos-alternative@.service", "guestos-alternative"],
  ] as const) {
    await using run = await mkdtempDisposable(join(tmpdir(), "stop-post-"));
    await mkdir(join(run.path, directory), { recursive: true });
    assert.equal(await runStopPost(unit, run.path), "", unit);
    await writeFile(join(run.path, directory, "guest-stopped"), "");
    assert.equal(await runStopPost(unit, run.path), "systemctl start --no-block guestos.service\n", unit);
  }
});

void test("the notice of a recovery goes with the unit that has announced it, and with no other", async () => {
  await using run = await mkdtempDisposable(join(tmpdir(), "stop-post-"));
  const own = join(run.path, "manual-recovery/3-77-804");
  const notice = join(run.path, "icos/manual-recovery");
  for (const directory of [own, join(run.path, "icos")]) await mkdir(directory, { recursive: true });
  await writeFile(notice, "");
  await runStopPost("manual-recovery@.service", run.path);
  assert.equal(existsSync(notice), true);
  await writeFile(join(own, "announced"), "");
  await runStopPost("manual-recovery@.service", run.path);
  assert.equal(existsSync(notice), false);
});
