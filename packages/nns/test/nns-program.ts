import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const PROGRAM = join(import.meta.dirname, "../src/programs/nns.ts");

/** The program in a process of its own. */
export interface Running {
  readonly child: ChildProcess;
  readonly exited: Promise<unknown[]>;
  readonly url: string;
  readonly rootKey: Uint8Array;
}

/** Starts it and waits until it serves. */
export async function startProgram(directory: string, init: string): Promise<Running> {
  const args = ["--dir", join(directory, "data"), "--init", init, "--listen-host", "127.0.0.1", "--listen-port", "0"];
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ["ignore", "pipe", "ignore"] });
  const exited = once(child, "exit");
  const lines = createInterface({ input: child.stdout });
  const first: unknown = (await once(lines, "line"))[0];
  const ready = JSON.parse(String(first)) as { ready: boolean; rootKey: string; url: string };
  assert.equal(ready.ready, true);
  return { child, exited, url: ready.url, rootKey: Buffer.from(ready.rootKey, "hex") };
}
