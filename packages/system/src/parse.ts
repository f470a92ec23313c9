import * as v from "valibot";
import { IcosError } from "./errors.ts";

export interface FieldProblem {
  /** Dotted path of the field; empty for the whole value. */
  readonly key: string;
  readonly message: string;
}

/**
 * Checks a value from outside against its schema. On failure throws an {@link IcosError} with `code` that names
 * every wrong field (`details.problems`), not just the first.
 */
export function parseWith<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  what: {
    readonly code: string;
    readonly name: string;
    readonly file?: string | undefined;
    readonly next?: string | undefined;
    /** The value may hold a secret, or be of any length: messages say what was expected and not what was found. */
    readonly hideValues?: boolean | undefined;
  },
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value, what.hideValues ? { message: expectation } : undefined);
  if (result.success) return result.output;
  const problems: FieldProblem[] = result.issues.map((issue) => ({
    key: v.getDotPath(issue) ?? "",
    message: issue.message,
  }));
  const list = problems.map(({ key, message }) => (key ? `${key}: ${message}` : message)).join("; ");
  throw new IcosError(what.code, `${what.name} is not valid: ${list}.`, {
    next: what.next,
    place: { file: what.file, key: problems[0]?.key },
    details: { problems },
  });
}

function expectation(issue: v.BaseIssue<unknown>): string {
  return issue.received === "undefined"
    ? "is missing"
    : `is not what is expected: ${issue.expected ?? "another value"}`;
}

/** JSON text to a checked value; a syntax error is reported with `file`, and with a few characters around it. */
export function parseJson<Schema extends v.GenericSchema>(
  schema: Schema,
  text: string,
  what: {
    readonly code: string;
    readonly name: string;
    readonly file?: string | undefined;
    readonly next?: string | undefined;
    /** Of the schema's messages; see `parseWith`. */
    readonly hideValues?: boolean | undefined;
  },
): v.InferOutput<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new IcosError(
      what.code,
      `${what.name} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}.`,
      {
        next: what.next,
        place: { file: what.file },
        cause,
      },
    );
  }
  return parseWith(schema, value, what);
}
