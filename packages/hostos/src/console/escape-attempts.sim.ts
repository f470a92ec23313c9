import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execPath } from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { setTimeout as delay } from "node:timers/promises";
import { ESCAPE_ATTEMPTS } from "./escape-attempts.ts";

const PROGRAM = fileURLToPath(new URL("../programs/limited-console.ts", import.meta.url));
const TRACE = fileURLToPath(new URL("testing-trace-spawns.ts", import.meta.url));
const JOURNALCTL = "/usr/bin/journalctl";

/** The real program on a pseudo-terminal of script(1). */
class Pty {
  readonly #child: ChildProcess;
  output = "";

  constructor(root: string, trace: string) {
    const node = [execPath, "--disable-warning=ExperimentalWarning", "--import", TRACE, PROGRAM, "tty1", root];
    const command = `stty cols 80 rows 25; exec ${node.join(" ")}`;
    this.#child = spawn("script", ["-qec", command, "/dev/null"], {
      env: { PATH: "/usr/bin:/bin", SHELL: "/bin/sh", TRACE_SPAWNS: trace, TERM: "linux" },
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#child.stdout?.on("data", (bytes: Buffer) => (this.output += bytes.toString("latin1")));
  }

  /** The console itself: the only child of script(1). */
  get pid(): number {
    const [pid = 0] = childrenOf(this.#child.pid ?? 0);
    return pid;
  }

  get exited(): boolean {
    return this.#child.exitCode !== null;
  }

  /** In pieces: script(1) stops reading while the terminal takes no more, and so would never see it emptied. */
  async type(keys: string | Uint8Array): Promise<void> {
    const bytes = Buffer.from(keys);
    for (let at = 0; at < bytes.length; at += 1000) {
      this.#child.stdin?.write(bytes.subarray(at, at + 1000));
      await delay(2);
    }
  }

  /** Waits until the output from now on has `text`. */
  async sees(text: string, since = this.output.length): Promise<void> {
    for (let tries = 0; tries < 3000; tries++) {
      if (this.output.indexOf(text, since) >= 0) return;
      if (this.exited) break;
      await delay(10);
    }
    assert.fail(
      `${JSON.stringify(text)} did not appear; the last output was ${JSON.stringify(this.output.slice(-500))}`,
    );
  }

  async end(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("close", resolve));
    const { pid } = this;
    if (pid > 0) process.kill(pid, "SIGKILL");
    this.#child.stdin?.end();
    await ended;
  }
}

function childrenOf(pid: number): readonly number[] {
  const found: number[] = [];
  for (const task of existsSync(`/proc/${pid}/task`) ? readdirSync(`/proc/${pid}/task`) : []) {
    const text = readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").trim();
    if (text !== "") found.push(...text.split(" ").map(Number));
  }
  return found;
}

void test("no escape attempt starts a program outside of the table, and the console survives all of them", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "console-"));
  const root = directory.path;
  const trace = join(root, "spawns");
  await writeFile(trace, "");
  await mkdir(join(root, "opt/ic/share"), { recursive: true });
  await writeFile(join(root, "opt/ic/share/version.txt"), "1.2.3\n");
  const pty = new Pty(root, trace);
  try {
    await pty.sees("Press Enter for the console.", 0);
    const { pid } = pty;
    assert.match(readFileSync(`/proc/${pid}/cmdline`, "utf8"), /limited-console\.ts/);
    await pty.type("\r");
    await pty.sees("node> ", 0);
    for (const [index, { name, keys }] of ESCAPE_ATTEMPTS.entries()) {
      await pty.type(keys);
      // A pause ends what an attempt left unfinished; Ctrl-C and Enter lead back to a prompt from everywhere.
      await delay(60);
      const start = pty.output.length;
      await pty.type("q\u0003\u0003\u0015\r\u0015");
      const proof = `proof-${index}`;
      await pty.type(`${proof}\r`);
      await pty.sees("There is no such command.", start);
      await pty.sees("node> ", pty.output.indexOf("There is no such command.", start));
      assert.equal(pty.pid, pid, `${name}: another process is there`);
      const children = childrenOf(pid).map((child) => readFileSync(`/proc/${child}/cmdline`, "utf8").split("\0")[0]);
      for (const child of children) assert.equal(child, JOURNALCTL, name);
    }
    const spawned = (await readFile(trace, "utf8")).trim().split("\n");
    assert.ok(spawned.length > 0);
    for (const line of spawned)
      assert.match(line, /^\["\/usr\/bin\/journalctl","--no-pager",.*"--unit=guestos\.service"\]$/);
    assert.equal(existsSync("/tmp/console-was-here"), false);
  } finally {
    await pty.end();
  }
});
