/**
 * How much a problem of an input matters: with an `error` the installer stops (or the node it installs cannot work), a
 * `warning` is most likely not what was meant, a `notice` says what follows from what is there.
 */
export const SEVERITIES = ["error", "warning", "notice"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** One thing to say about a file that a person wrote. Never holds key material. */
export interface Problem {
  readonly severity: Severity;
  /** Relative to the directory that is judged. */
  readonly file: string;
  /** 1-based; null when it concerns no one line. */
  readonly line: number | null;
  /** The key in the file: `ipv6_prefix`, `nns.urls.0`; null when it concerns no one key. */
  readonly key: string | null;
  /** Stable kebab-case, for machines. */
  readonly code: string;
  /** A sentence. */
  readonly message: string;
}

/** What every reader of an input gives: the value, unless there is an error, and all problems at once. */
export interface Parsed<Value> {
  readonly value: Value | undefined;
  readonly problems: readonly Problem[];
}

interface Place {
  readonly line?: number | undefined;
  readonly key?: string | undefined;
}

/** Above the number of any line. */
const LAST_LINE = 2 ** 40;

/** Collects the problems of one file. */
export class ProblemList {
  readonly #file: string;
  readonly #problems: Problem[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  add(severity: Severity, code: string, message: string, { line, key }: Place = {}): void {
    this.#problems.push({ severity, file: this.#file, line: line ?? null, key: key ?? null, code, message });
  }

  error(code: string, message: string, place?: Place): void {
    this.add("error", code, message, place);
  }

  warning(code: string, message: string, place?: Place): void {
    this.add("warning", code, message, place);
  }

  notice(code: string, message: string, place?: Place): void {
    this.add("notice", code, message, place);
  }

  /** In the order of lines; what has none comes last, errors first. */
  get all(): readonly Problem[] {
    const rank = ({ line, severity }: Problem): number => line ?? LAST_LINE + SEVERITIES.indexOf(severity);
    return this.#problems.toSorted((a, b) => rank(a) - rank(b));
  }

  get failed(): boolean {
    return hasErrors(this.#problems);
  }

  /** The value, unless an error was found. */
  result<Value>(value: Value | undefined): Parsed<Value> {
    return { value: this.failed ? undefined : value, problems: this.all };
  }
}

export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some(({ severity }) => severity === "error");
}
