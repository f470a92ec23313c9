import { describeError, IcosError } from "@icos/system";

/** What went wrong, where, and what to do next, as one block. */
export function errorBlock(error: unknown): string {
  if (!(error instanceof IcosError)) return `error: ${describeError(error)}\n`;
  const { file, line, key } = error.place;
  const place = [file === undefined ? "" : line === undefined ? file : `${file}:${line}`, key ?? ""]
    .filter(Boolean)
    .join(", ");
  const lines = [
    `error: ${describeError(error)}`,
    ...(place ? [`where: ${place}`] : []),
    ...(error.next ? [`next:  ${error.next}`] : []),
    `code:  ${error.code}`,
  ];
  return `${lines.join("\n")}\n`;
}
