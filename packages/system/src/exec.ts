import { spawn, type ChildProcess } from "node:child_process";
import { IcosError } from "./errors.ts";

export interface RunOptions {
  readonly cwd?: string | undefined;
  /** Replaces the environment when given; otherwise it is inherited. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly input?: string | Uint8Array | undefined;
  /** Milliseconds; the command gets SIGTERM, and SIGKILL 5 s later. */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** For programs whose exit code says nothing: any counts as 0. A signal or the end of the time still is a failure. */
  readonly anyExitCode?: boolean | undefined;
  /** Called with each complete line of standard error while the command runs. */
  readonly onStderrLine?: ((line: string) => void) | undefined;
}

export interface RunResult {
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs commands. The first element is the program; no shell is involved. */
export interface Exec {
  /** Resolves when the command exits with 0; otherwise rejects with an {@link IcosError} `command-failed`. */
  run(command: readonly string[], options?: RunOptions): Promise<RunResult>;
}

const KILL_AFTER_MS = 5_000;

/** How a long-running child is started: inherited by everything that wraps commands (tools tree, namespaces). */
export type SpawnCommand = (command: readonly string[]) => readonly string[];

/** Runs commands on this machine; `wrap` may put them into a namespace. */
export function createExec(wrap: SpawnCommand = (command) => command): Exec {
  return { run: (command, options = {}) => runCommand(wrap(command), command, options) };
}

function runCommand(actual: readonly string[], shown: readonly string[], options: RunOptions): Promise<RunResult> {
  const [program, ...args] = actual;
  if (program === undefined) throw new IcosError("command-failed", "An empty command cannot be run.");
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ["pipe", "pipe", "pipe"],
    signal: options.signal,
    killSignal: "SIGTERM",
  });
  return new Promise((resolve, reject) => {
    const stdout: Buffer[] = [];
    const stderr = collectLines(child, options.onStderrLine);
    let timedOut = false;
    const stopTimer = startTimeout(child, options.timeout, () => (timedOut = true));
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stdin.on("error", () => undefined); // the command may exit without reading its input
    child.stdin.end(options.input);
    child.on("error", (cause) => {
      stopTimer();
      reject(commandFailed(shown, `could not be run: ${cause.message}`, stderr.text(), { cause }));
    });
    child.on("close", (code, signal) => {
      stopTimer();
      const exited = code !== null && !timedOut;
      if (code === 0 || (exited && options.anyExitCode === true))
        resolve({ stdout: Buffer.concat(stdout), stderr: stderr.text() });
      else {
        const how = timedOut
          ? `took longer than ${options.timeout} ms`
          : signal
            ? `was ended by ${signal}`
            : `exited with ${code}`;
        reject(commandFailed(shown, how, stderr.text(), { exitCode: code, signal }));
      }
    });
  });
}

function startTimeout(child: ChildProcess, timeout: number | undefined, onTimeout: () => void): () => void {
  if (timeout === undefined) return () => undefined;
  let kill: NodeJS.Timeout | undefined;
  const term = setTimeout(() => {
    onTimeout();
    child.kill("SIGTERM");
    kill = setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS);
  }, timeout);
  return () => {
    clearTimeout(term);
    clearTimeout(kill);
  };
}

function collectLines(child: ChildProcess, onLine: ((line: string) => void) | undefined): { text(): string } {
  const chunks: Buffer[] = [];
  let rest = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    if (!onLine) return;
    const lines = (rest + chunk.toString()).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  });
  return { text: () => Buffer.concat(chunks).toString() };
}

function commandFailed(
  command: readonly string[],
  how: string,
  stderr: string,
  more: Record<string, unknown>,
): IcosError {
  const tail = stderr.trim().split("\n").slice(-8).join("\n");
  return new IcosError("command-failed", `\`${command.join(" ")}\` ${how}.${tail ? `\n${tail}` : ""}`, {
    details: { command, stderr: tail, ...more },
    cause: more["cause"],
  });
}
