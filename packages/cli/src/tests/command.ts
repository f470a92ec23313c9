import { imageSettings } from "@icos/image";
import type { TestOptions } from "../commands/test.ts";
import type { CliContext } from "../context.ts";
import { ExitWith } from "../exit-with.ts";
import { renderTestReport, testReport } from "./report.ts";
import { runTests } from "./run-tests.ts";
import { chooseKinds, type TestKind } from "./test-kinds.ts";

/** Exits with 1 when anything failed, and when nothing at all ran. */
export async function runTestCommand(
  context: CliContext,
  named: readonly TestKind[],
  { filter, json }: TestOptions,
): Promise<void> {
  // Only the report belongs on standard output when a machine reads it.
  const say = (text: string): void => (json ? context.err(text) : context.out(text));
  const report = testReport(
    await runTests({
      repository: imageSettings(context.env).repository,
      kinds: chooseKinds(named, filter),
      filter,
      signal: context.signal,
      output: json ? 2 : 1,
      onKind: (kind) => say(`\n== ${kind}\n`),
    }),
  );
  context.out(json ? `${JSON.stringify(report, undefined, 2)}\n` : `\n${renderTestReport(report)}`);
  const ran = report.passed + report.failed;
  if (ran === 0) context.err(`No test ran${filter === undefined ? "" : `: no file's path has "${filter}" in it`}.\n`);
  if (ran === 0 || report.failed > 0) throw new ExitWith(1);
}
