import { isUtf8 } from "node:buffer";
import type { ProblemList } from "./problem.ts";

/** Far above what a configuration file needs; a larger one is not a configuration file. */
export const MAX_INPUT_BYTES = 64 * 1024;

const BYTE_ORDER_MARK = "\uFEFF";

/**
 * The text of a file that a person wrote. What makes it no plain UTF-8 text is a problem; where it still can be read,
 * it is, so that the problems of its content are reported as well.
 */
export function readText(bytes: Uint8Array, problems: ProblemList): string | undefined {
  if (bytes.length > MAX_INPUT_BYTES) {
    problems.error("file-too-large", `The file has ${bytes.length} bytes; at most ${MAX_INPUT_BYTES} are read.`);
    return undefined;
  }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    problems.error("not-utf8", "The file is UTF-16 text. Save it as UTF-8.", { line: 1 });
    return undefined;
  }
  if (!isUtf8(bytes)) {
    const line = firstLineThat(bytes, (part) => !isUtf8(part));
    problems.error("not-utf8", "The line has bytes that are not UTF-8 text.", { line });
  }
  if (bytes.includes(0)) {
    problems.error("nul-byte", "The line has a NUL byte.", { line: firstLineThat(bytes, (part) => part.includes(0)) });
  }
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  if (!text.startsWith(BYTE_ORDER_MARK)) return text;
  problems.error("byte-order-mark", "The file begins with a byte order mark. Save it as UTF-8 without one.", {
    line: 1,
  });
  return text.slice(1);
}

/**
 * Whether a key in PEM form was pasted into a file that is not for it. Nothing of such a file may be shown, not even
 * its names: the lines of a key look like names and values.
 */
export function holdsPem(text: string, problems: ProblemList): boolean {
  const line = text.split("\n").findIndex((part) => part.includes("-----BEGIN "));
  if (line < 0) return false;
  problems.error("key-in-wrong-file", "The file holds a PEM block. Keys have files of their own; take it out.", {
    line: line + 1,
  });
  return true;
}

function firstLineThat(bytes: Uint8Array, matches: (line: Uint8Array) => boolean): number {
  let line = 1;
  let start = 0;
  for (;;) {
    const end = bytes.indexOf(0x0a, start);
    if (end < 0 || matches(bytes.subarray(start, end))) return line;
    start = end + 1;
    line += 1;
  }
}
