/** Where a problem was found: any part may be unknown. */
export interface ProblemPlace {
  readonly file?: string | undefined;
  /** 1-based. */
  readonly line?: number | undefined;
  /** Dotted path of the field, e.g. `network_settings.ipv6_config`. */
  readonly key?: string | undefined;
}

export interface IcosErrorOptions {
  /** What the reader can do about it, as one sentence. */
  readonly next?: string | undefined;
  readonly place?: ProblemPlace | undefined;
  /** Machine-readable details; never a secret. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: unknown;
}

/**
 * An error meant for a person: `code` for machines (kebab-case, stable), `message` a sentence that says what was
 * wrong, `place` where, `next` what to do.
 */
export class IcosError extends Error {
  override readonly name = "IcosError";
  readonly code: string;
  readonly next: string | undefined;
  readonly place: ProblemPlace;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, options: IcosErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.next = options.next;
    this.place = options.place ?? {};
    this.details = options.details ?? {};
  }
}

/** One line for a log or a terminal, with the chain of causes. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `: ${describeError(error.cause)}`;
  return error.message.includes(cause.slice(2)) && cause !== "" ? error.message : error.message + cause;
}

/** The `code` of a Node system error (`ENOENT`, `ENOSPC`, …), if it is one. */
export function systemErrorCode(error: unknown): string | undefined {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return undefined;
}
