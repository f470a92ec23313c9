import { IcosError } from "@icos/system";
import type { ExpositionHeader, ExpositionLine, ExpositionSample } from "./exposition-line.ts";

const HEADER = /^#[ \t]+(HELP|TYPE)[ \t]+([a-zA-Z_:][a-zA-Z0-9_:]*)(?:[ \t]+(.*))?$/su;
const TYPES: readonly string[] = ["counter", "gauge", "histogram", "summary", "untyped"];
const METRIC_NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL_START = /[ \t]*([a-zA-Z_][a-zA-Z0-9_]*)[ \t]*=[ \t]*"/y;
/** Up to the closing quote; what is escaped is checked by {@link unescaped}. */
const LABEL_VALUE = /((?:[^"\\]|\\.)*)"/y;
const LABELS_END = /[ \t]*,?[ \t]*\}/y;
const LABEL_SEPARATOR = /[ \t]*,/y;
const VALUE = /[ \t]+(\S+)(?:[ \t]+([+-]?\d{1,19}))?[ \t]*$/y;
const NUMBER = /^(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|[+-]?inf|nan)$/i;
const SPACES = /[ \t]*/y;

/**
 * One line of the text format of Prometheus (version 0.0.4) without its line feed; undefined when it says nothing: an
 * empty line, or a comment that is neither HELP nor TYPE. Throws `exposition-invalid`.
 */
export function parseLine(text: string, line: number): ExpositionLine | undefined {
  const start = text.trimStart();
  if (start === "") return undefined;
  return start.startsWith("#") ? parseHeader(start, line) : parseSample(start.trimEnd(), line);
}

function parseHeader(text: string, line: number): ExpositionHeader | undefined {
  const [, keyword, name = "", rest = ""] = HEADER.exec(text) ?? [];
  if (keyword === "HELP") return { kind: "help", name, text: rest.trimEnd() };
  if (keyword !== "TYPE") return undefined;
  const type = rest.trim();
  if (!TYPES.includes(type)) throw invalid(line, `${name} is said to be of a type that does not exist`);
  return { kind: "type", name, text: type };
}

function parseSample(text: string, line: number): ExpositionSample {
  const cursor = new Cursor(text);
  const name = cursor.take(METRIC_NAME)?.[0];
  if (name === undefined) throw invalid(line, "it does not begin with the name of a metric");
  const labels = takeLabels(cursor, line);
  const [, value, timestamp] = cursor.take(VALUE) ?? [];
  if (value === undefined) throw invalid(line, `what follows ${name} is not a value`);
  if (!NUMBER.test(value)) throw invalid(line, `the value of ${name} is not a number`);
  return { kind: "sample", name, labels, value: toNumber(value), text: value, timestamp };
}

function takeLabels(cursor: Cursor, line: number): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  const before = cursor.at;
  cursor.take(SPACES);
  if (!cursor.skip("{")) {
    cursor.at = before;
    return labels;
  }
  while (!cursor.take(LABELS_END)) {
    if (labels.size > 0 && !cursor.take(LABEL_SEPARATOR)) throw invalid(line, "its labels are not separated by commas");
    const name = cursor.take(LABEL_START)?.[1];
    const value = cursor.take(LABEL_VALUE)?.[1];
    if (name === undefined || value === undefined) throw invalid(line, 'its labels are not name="value"');
    if (labels.has(name)) throw invalid(line, `it has the label ${name} twice`);
    labels.set(name, unescaped(value, line));
  }
  return labels;
}

/** Three escapes exist: of the backslash, of the quote and of the line feed. */
function unescaped(text: string, line: number): string {
  if (!text.includes("\\")) return text;
  return text.replaceAll(/\\(.)/gu, (_, character: string) => {
    if (character === "n") return "\n";
    if (character === "\\" || character === '"') return character;
    throw invalid(line, "a label has an escape that does not exist");
  });
}

function toNumber(text: string): number {
  const [, sign, name] = /^([+-]?)(inf|nan)$/i.exec(text) ?? [];
  if (name === undefined) return Number(text);
  if (name.toLowerCase() === "nan") return Number.NaN;
  return sign === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

export function invalid(line: number, problem: string): IcosError {
  return new IcosError("exposition-invalid", `Line ${line} of the metrics cannot be read: ${problem}.`, {
    place: { line },
  });
}

/** Takes a text from its beginning to its end by expressions that are anchored where it stands. */
class Cursor {
  at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  take(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.at;
    const match = expression.exec(this.#text);
    if (!match) return undefined;
    this.at += match[0].length;
    return match;
  }

  skip(character: string): boolean {
    if (this.#text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }
}
