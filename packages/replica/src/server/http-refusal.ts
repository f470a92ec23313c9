import { IcosError } from "@icos/system";

/** An answer other than 200 or 202: a status and a sentence in plain text. */
export class HttpRefusal extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

const MAX_MESSAGE = 1000;
const CLIENT_ERRORS: ReadonlySet<string> = new Set(["request-malformed", "request-expired", "request-unauthenticated"]);

/** The refusal that an error amounts to; `undefined` when the fault is on this side. */
export function refusalFor(error: unknown): HttpRefusal | undefined {
  if (error instanceof HttpRefusal) return error;
  if (error instanceof IcosError && CLIENT_ERRORS.has(error.code)) return new HttpRefusal(400, shorten(error.message));
  return undefined;
}

/** What a client sent may be part of the message, at any length. */
function shorten(message: string): string {
  return message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}…` : message;
}

/** Refuses (405) any other method. */
export function allowMethods(method: string, methods: readonly string[]): void {
  if (methods.includes(method)) return;
  const list = methods.join(", ");
  throw new HttpRefusal(405, `This endpoint takes ${list} requests.`, { allow: list });
}
