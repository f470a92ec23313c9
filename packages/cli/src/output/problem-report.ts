import { type Problem, SEVERITIES, type Severity, shownName } from "@icos/config";
import type { CliContext, Style } from "../context.ts";

const STYLES: Readonly<Record<Severity, Style>> = { error: "red", warning: "yellow", notice: "cyan" };

/** Problems as compilers print them, file by file, and how many there are of each kind. */
export function problemReport(context: Pick<CliContext, "style">, problems: readonly Problem[]): string {
  const byFile = Map.groupBy(problems, ({ file }) => file);
  const lines = [...byFile.values()].flat().map((problem) => problemLine(context, problem));
  return `${lines.join("")}${summary(problems)}\n`;
}

/** `file:line: severity: message (code)`. */
function problemLine({ style }: Pick<CliContext, "style">, problem: Problem): string {
  const { severity, file, line, code, message } = problem;
  const place = line === null ? shownName(file) : `${shownName(file)}:${line}`;
  return `${place}: ${style(STYLES[severity], severity)}: ${message} (${code})\n`;
}

function summary(problems: readonly Problem[]): string {
  const counts = SEVERITIES.map((severity) => {
    const count = problems.filter((problem) => problem.severity === severity).length;
    return count === 0 ? "" : `${count} ${severity}${count === 1 ? "" : "s"}`;
  }).filter(Boolean);
  const stops = problems.some(({ severity }) => severity === "error");
  const verdict = stops ? "The installer would stop." : "The installer would take this.";
  return counts.length === 0 ? verdict : `${counts.join(", ")}. ${verdict}`;
}
