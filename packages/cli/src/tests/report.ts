import { renderTable } from "../output/table.ts";
import type { TestReport } from "../schemas/test.ts";
import type { KindResult } from "./run-tests.ts";

export function testReport(results: readonly KindResult[]): TestReport {
  const sum = (count: "passed" | "failed" | "skipped"): number => results.reduce((all, each) => all + each[count], 0);
  return { kinds: [...results], passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
}

/** A table of the kinds; the totals are the last line and have it to themselves, for programs that look for them. */
export function renderTestReport({ kinds, passed, failed, skipped }: TestReport): string {
  const rows = kinds.map((each) => [
    each.kind,
    String(each.passed),
    String(each.failed),
    String(each.skipped),
    each.seconds.toFixed(1),
  ]);
  const table = renderTable(["KIND", "PASSED", "FAILED", "SKIPPED", "SECONDS"], rows);
  const totals = [`${passed} passed`, `${failed} failed`, ...(skipped > 0 ? [`${skipped} skipped`] : [])];
  return `${table}\n${totals.join(", ")}\n`;
}
