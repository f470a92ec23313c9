import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, mkdtempDisposable, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { newGrubenv } from "@icos/slots";

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

void test("follow-serial-log passes over the lines that come during a recovery", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "scripts-"));
  const recovery = join(directory.path, "manual-recovery");
  await writeFile(recovery, "");
  // More than a pipe holds: when all of it is written, what was before it has been judged.
  const lines = `echo over the form; printf %070000d 0; rm '${recovery}'; echo; echo afterwards`;
  const shown = execFileSync("bash", [FOLLOW, "log", "0.0001", recovery], {
    env: { ...process.env, "BASH_FUNC_tail%%": `() { ${lines}; }` },
    encoding: "utf8",
  });
  assert.match(shown, /^(0{0,200}\n)*afterwards\n$/);
});

const POWER_BUTTON = join(import.meta.dirname, "../../images/common/power/files/opt/ic/bin/wait-for-power-button");

void test("whichever of a machine's power buttons is pressed is noticed, and other keys are not", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "scripts-"));
  const at = (...path: string[]): string => join(directory.path, ...path);
  await mkdir(at("dev/input"), { recursive: true });
  const wait = async (names: readonly string[], pressed?: number): Promise<unknown> => {
    await rm(at("sys"), { recursive: true, force: true });
    for (const [index, name] of names.entries()) {
      await mkdir(at(`sys/class/input/event${index}/device`), { recursive: true });
      await writeFile(at(`sys/class/input/event${index}/device/name`), `${name}\n`);
      await rm(at(`dev/input/event${index}`), { force: true });
      execFileSync("mkfifo", [at(`dev/input/event${index}`)]);
    }
    const script = spawn("sh", [POWER_BUTTON, directory.path], { stdio: "ignore", detached: true });
    const ended = once(script, "close");
    // Opening it for writing waits until it is read.
    if (pressed !== undefined) await writeFile(at(`dev/input/event${pressed}`), Buffer.alloc(24));
    await ended;
    if (pressed !== undefined && script.pid !== undefined) {
      try {
        process.kill(-script.pid, "SIGKILL"); // those that wait for the other buttons
      } catch {
        // There is none left.
      }
    }
    return script.exitCode ?? script.signalCode;
  };
  assert.equal(await wait(["AT keyboard", "Power Button"], 1), 0);
  assert.equal(await wait(["Power Button", "Power Button"], 1), 0);
  assert.equal(await wait(["Power Button", "Sleep Button", "Power Button"], 0), "SIGTERM");
  assert.equal(await wait(["AT keyboard"]), 1);
});

const LEAVE = join(import.meta.dirname, "../../images/hostos/upgrade/files/opt/ic/bin/leave-unconfirmed");

void test("a version that is not confirmed, or of which that cannot be said, is left; a confirmed one is not", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "scripts-"));
  const grubenv = join(directory.path, "grubenv");
  const ask = (): string =>
    execFileSync("bash", [LEAVE, grubenv], {
      env: { "BASH_FUNC_exec%%": '() { echo "$@"; }' },
      encoding: "utf8",
    });
  const left = /not confirmed in time.*\nsystemctl start --no-block reboot\.target\n$/;
  assert.match(ask(), left);
  await writeFile(grubenv, newGrubenv({ alternative: "B", cycle: "failsafe_check" }));
  assert.match(ask(), left);
  await writeFile(grubenv, newGrubenv({ alternative: "B", cycle: "stable" }));
  assert.equal(ask(), "");
});

const CONSOLE_UNIT = join(
  import.meta.dirname,
  "../../images/hostos/console/files/etc/systemd/system/limited-console@.service",
);

void test("a screen and a serial line that is there have a console, a serial line that the board lacks has none", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "scripts-"));
  const condition = /^ExecCondition=\+\/bin\/sh -c '(.*)'$/m.exec(await readFile(CONSOLE_UNIT, "utf8"))?.[1] ?? "";
  const exitCode = async (tty: string, type?: string): Promise<number | null> => {
    await mkdir(join(directory.path, tty), { recursive: true });
    if (type !== undefined) await writeFile(join(directory.path, tty, "type"), `${type}\n`);
    // What systemd makes of it.
    const script = condition.replaceAll("/sys/class/tty", directory.path).replaceAll("%I", tty).replaceAll("$$", "$");
    return spawnSync("sh", ["-c", script]).status;
  };
  assert.deepEqual(await Promise.all([exitCode("tty1"), exitCode("ttyS0", "4"), exitCode("ttyS1", "0")]), [0, 0, 1]);
});
