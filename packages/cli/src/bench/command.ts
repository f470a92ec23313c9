import { imageSettings } from "@icos/image";
import type { BenchOptions } from "../commands/bench.ts";
import type { CliContext } from "../context.ts";
import { ExitWith } from "../exit-with.ts";
import { stderrProgress } from "../output/progress.ts";
import { renderTable } from "../output/table.ts";
import { chooseBenches, findBenches } from "./find-benches.ts";
import type { BenchList } from "./results.ts";
import { runBenches } from "./run-benches.ts";
import { cellsOf, HEADER } from "./summary.ts";

/** Exits with 1 when a bench could not be run, never because of what it measured. */
export async function runBenchCommand(
  context: CliContext,
  names: readonly string[],
  { list, json }: BenchOptions,
): Promise<void> {
  const { repository, cache } = imageSettings(context.env);
  const benches = chooseBenches(await findBenches(repository), names);
  if (list) {
    const report: BenchList = { benches: benches.map(({ name, what }) => ({ name, what })) };
    const rows = report.benches.map(({ name, what }) => [name, what]);
    return context.out(json ? `${JSON.stringify(report, undefined, 2)}\n` : renderTable(["BENCH", "MEASURES"], rows));
  }
  const progress = stderrProgress();
  const report = await runBenches({
    repository,
    cache,
    benches,
    observe: progress.observe,
    signal: context.signal,
  }).finally(() => progress.end());
  if (json) context.out(`${JSON.stringify(report, undefined, 2)}\n`);
  else for (const result of report.results) context.out(`\n${renderTable(HEADER, result.measurements.map(cellsOf))}`);
  for (const { name, message } of report.failures) context.err(`\nThe bench ${name} could not be run: ${message}\n`);
  if (report.failures.length > 0) throw new ExitWith(1);
}
