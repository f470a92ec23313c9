import { spawn, type ChildProcess } from "node:child_process";
import { open, rm } from "node:fs/promises";
import { createInterface } from "node:readline";
import { IcosError, parseJson, systemClock, writeFileDurably, type Clock } from "@icos/system";
import * as v from "valibot";
import { dieWithParent } from "./namespace.ts";

export interface NnsChildOptions {
  readonly command: readonly string[];
  readonly pidFile: string;
  /** Receives its standard error, appended. */
  readonly logFile: string;
  readonly startTimeoutMs: number;
  readonly onExit: (how: string, restartInMs: number) => void;
  /** After a restart. */
  readonly onReady: (ready: NnsReady) => void;
  readonly clock?: Clock | undefined;
}

export interface NnsReady {
  /** DER, in hexadecimal. */
  readonly rootKey: string;
  readonly pid: number;
}

export interface NnsChild {
  readonly first: NnsReady;
  /** Ends it with SIGTERM, then SIGKILL. */
  stop(): Promise<void>;
}

const FIRST_DELAY_MS = 250;
const LAST_DELAY_MS = 8_000;
/** A run this long was a good one: the next restart is quick again. */
const GOOD_RUN_MS = 30_000;
const KILL_AFTER_MS = 5_000;
const LOG_TAIL = 2_000;

const readySchema = v.object({ ready: v.literal(true), rootKey: v.pipe(v.string(), v.regex(/^([0-9a-f]{2})+$/i)) });

interface Run {
  readonly child: ChildProcess;
  readonly ready: Promise<NnsReady>;
  readonly exited: Promise<string>;
}

/**
 * Starts the NNS and restarts it with growing delays whenever it ends by itself. Rejects with `nns-not-started` when the
 * first start fails: then something is wrong that a restart does not cure.
 */
export async function startNnsChild(options: NnsChildOptions): Promise<NnsChild> {
  const { clock = systemClock } = options;
  const stopping = new AbortController();
  let run = await startRun(options);
  let first: NnsReady;
  try {
    first = await run.ready;
  } catch (error) {
    await endRun(run);
    throw error;
  }
  const supervise = async (): Promise<void> => {
    let delay = FIRST_DELAY_MS;
    let startedAt = clock.now();
    while (!stopping.signal.aborted) {
      const how = await run.exited;
      if (stopping.signal.aborted) return;
      delay = clock.now() - startedAt > GOOD_RUN_MS ? FIRST_DELAY_MS : delay;
      options.onExit(how, delay);
      await clock.sleep(delay, stopping.signal).catch(() => undefined);
      if (stopping.signal.aborted) return;
      delay = Math.min(delay * 2, LAST_DELAY_MS);
      startedAt = clock.now();
      run = await startRun(options);
      const current = run;
      current.ready.then(options.onReady, () => endRun(current));
    }
  };
  const supervised = supervise();
  return {
    first,
    async stop() {
      stopping.abort();
      await endRun(run);
      await supervised;
      await endRun(run);
      await rm(options.pidFile, { force: true });
    },
  };
}

async function startRun({ command, pidFile, logFile, startTimeoutMs }: NnsChildOptions): Promise<Run> {
  const log = await open(logFile, "a", 0o600);
  const logStart = (await log.stat()).size;
  const [program = "", ...args] = dieWithParent(command);
  const child = spawn(program, args, { stdio: ["ignore", "pipe", log.fd] });
  const exited = new Promise<string>((resolve) => {
    child.on("error", (error) => resolve(`could not be run: ${error.message}`));
    child.on("exit", (code, signal) => resolve(signal ? `was ended by ${signal}` : `exited with ${code}`));
  });
  await log.close();
  const { pid } = child;
  if (pid !== undefined) await writeFileDurably(pidFile, `${pid}\n`);
  const ready = new Promise<NnsReady>((resolve, reject) => {
    const fail = (how: string): void =>
      void tail(logFile, logStart).then((text) =>
        reject(
          new IcosError("nns-not-started", `The NNS did not start: it ${how}.\n${text}`.trim(), {
            place: { file: logFile },
          }),
        ),
      );
    const timer = setTimeout(() => fail(`was not ready within ${startTimeoutMs} ms`), startTimeoutMs);
    void exited.then((how) => {
      clearTimeout(timer);
      fail(how);
    });
    if (!child.stdout) return;
    createInterface({ input: child.stdout }).on("line", (line) => {
      const rootKey = readyLine(line);
      if (rootKey === undefined || pid === undefined) return;
      clearTimeout(timer);
      resolve({ rootKey, pid });
    });
  });
  ready.catch(() => undefined); // awaited by whoever needs it
  return { child, ready, exited };
}

async function endRun({ child, exited }: Run): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS);
  await exited;
  clearTimeout(timer);
}

function readyLine(line: string): string | undefined {
  try {
    return parseJson(readySchema, line, { code: "nns-line-invalid", name: "The line of the NNS" }).rootKey;
  } catch {
    return undefined;
  }
}

async function tail(file: string, start: number): Promise<string> {
  const log = await open(file, "r");
  try {
    const { size } = await log.stat();
    const from = Math.max(start, size - LOG_TAIL);
    const { buffer, bytesRead } = await log.read(Buffer.alloc(Math.max(size - from, 0)), 0, size - from, from);
    return buffer.toString("utf8", 0, bytesRead).trim();
  } finally {
    await log.close();
  }
}
