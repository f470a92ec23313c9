import { execFile } from "node:child_process";
import { join } from "node:path";
import type { CliContext } from "../src/context.ts";
import { runInContext } from "../src/run-cli.ts";

const MAIN = join(import.meta.dirname, "../src/main.ts");

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Nobody is at a terminal, and what is written goes nowhere, unless told. */
export function testContext(change: Partial<CliContext> = {}): CliContext {
  return {
    env: {},
    uid: process.getuid?.() ?? 0,
    interactive: false,
    signal: new AbortController().signal,
    out: () => undefined,
    err: () => undefined,
    style: (_, text) => text,
    columns: undefined,
    ...change,
  };
}

/** `icos ARGS`, in this process. */
export const icos = (...args: readonly string[]): Promise<Outcome> => icosIn({}, ...args);

export async function icosIn(env: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<Outcome> {
  const written = { out: "", err: "" };
  const context = testContext({
    env,
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
  });
  const code = await runInContext(args, context);
  return { code, ...written };
}

/** `icos ARGS`, in a process of its own. */
export function icosProcess(env: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { env: { ...process.env, ...env, CI: "1" } }, (error, out, err) =>
      resolve({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, out, err }),
    );
  });
}
