import { describeError, IcosError } from "./errors.ts";

/**
 * What an operator reads on the console when a node or its host cannot start: what is wrong, where, and what to do.
 * @param what "node" or "host"
 */
export function refusalLines(what: string, phase: string, error: unknown): readonly string[] {
  const lines = [`This ${what} does not start. Failed: ${phase}.`];
  if (!(error instanceof IcosError)) return [...lines, describeError(error)];
  const problems = fieldProblems(error);
  if (problems.length === 0) lines.push(...describeError(error).split("\n"));
  const { file, line, key } = error.place;
  if (file !== undefined) lines.push(`File: ${file}${line === undefined ? "" : `, line ${line}`}`);
  if (problems.length === 0 && key !== undefined) lines.push(`Field: ${key}`);
  for (const { key: field, message } of problems) lines.push(`Field: ${field}: ${message}`);
  if (error.next !== undefined) lines.push(`What to do: ${error.next}`);
  return lines;
}

function fieldProblems(error: IcosError): readonly { readonly key: string; readonly message: string }[] {
  const { problems } = error.details;
  if (!Array.isArray(problems)) return [];
  return problems.flatMap((problem: unknown) =>
    typeof problem === "object" && problem !== null && "key" in problem && "message" in problem
      ? [{ key: String(problem.key), message: String(problem.message) }]
      : [],
  );
}
