import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describeError, IcosError, makeDirectory, type PhaseObserver, systemErrorCode } from "@icos/system";
import type { Bench } from "./bench.ts";
import { machineFacts } from "./machine-facts.ts";
import {
  type BenchReport,
  type BenchResult,
  type MachineFacts,
  readResults,
  resultsDirectory,
  writeResult,
} from "./results.ts";
import { renderSummary } from "./summary.ts";

export interface RunBenchesOptions {
  readonly repository: string;
  /** Where benches get their directories. */
  readonly cache: string;
  readonly benches: readonly Bench[];
  readonly observe: PhaseObserver;
  readonly signal: AbortSignal;
}

/**
 * Runs the benches one after the other. A result is written as soon as there is one; a bench that cannot be run is
 * reported and the next one runs.
 */
export async function runBenches(options: RunBenchesOptions): Promise<BenchReport> {
  const { repository, benches, signal } = options;
  const report: BenchReport = { results: [], failures: [] };
  for (const bench of benches) {
    signal.throwIfAborted();
    try {
      const result = await runBench(bench, options);
      report.results.push(result);
      await writeResult(resultsDirectory(repository), result);
    } catch (error) {
      signal.throwIfAborted();
      const code = error instanceof IcosError ? error.code : (systemErrorCode(error) ?? "failed");
      report.failures.push({ name: bench.name, code, message: describeError(error) });
    }
  }
  const results = await readResults(resultsDirectory(repository));
  if (report.results.length > 0)
    await writeFile(join(resultsDirectory(repository), "README.md"), renderSummary(results));
  return report;
}

async function runBench(bench: Bench, options: RunBenchesOptions): Promise<BenchResult> {
  const { repository, cache, observe } = options;
  const { name, what, limitMinutes } = bench;
  const timer = AbortSignal.timeout(limitMinutes * 60_000);
  const signal = AbortSignal.any([options.signal, timer]);
  await makeDirectory(cache);
  const directory = await mkdtemp(join(cache, "bench-"));
  let accelerator: MachineFacts["accelerator"] = null;
  const start = performance.now();
  const elapsed = (): number => performance.now() - start;
  observe({ kind: "started", phase: name });
  try {
    const measurements = await bench.run({
      repository,
      directory,
      signal,
      report: (text) => observe({ kind: "progress", phase: name, text }),
      ranOn: (kind) => (accelerator = kind),
    });
    observe({ kind: "finished", phase: name, milliseconds: elapsed(), note: undefined });
    const machine = await machineFacts(repository, accelerator);
    const seconds = Math.round(elapsed() / 1_000);
    return {
      name,
      what,
      date: new Date().toISOString(),
      seconds,
      machine,
      measurements,
    };
  } catch (error) {
    observe({ kind: "failed", phase: name, milliseconds: elapsed(), error });
    if (!timer.aborted) throw error;
    throw new IcosError("bench-too-slow", `The bench ${name} was given up after ${limitMinutes} minutes.`, {
      cause: error,
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
