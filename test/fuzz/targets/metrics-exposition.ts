import { deepStrictEqual } from "node:assert/strict";
import { formatLine, type ExpositionLine } from "../../../packages/metrics/src/exposition-line.ts";
import { EXPOSITION_LIMITS, ExpositionParser } from "../../../packages/metrics/src/exposition-parser.ts";
import { unlessRefused } from "../harness/refusal.ts";

/** A page of metrics: what is taken is the same when it is written and read again. */
export function fuzz(data: Uint8Array): void {
  const lines = unlessRefused(() => read(data));
  if (lines) deepStrictEqual(read(Buffer.from(lines.map(formatLine).join(""))), lines);
}

function read(page: Uint8Array): ExpositionLine[] {
  const lines: ExpositionLine[] = [];
  const parser = new ExpositionParser(EXPOSITION_LIMITS, (line) => lines.push(line));
  parser.write(page);
  parser.end();
  return lines;
}
