import type { Readable, Writable } from "node:stream";
import { describeError, IcosError, parseJson } from "@icos/system";
import type * as v from "valibot";
import { linesOf } from "./lines.ts";
import type { Answer, Progress } from "./messages.ts";

export interface RootWork<Request> {
  readonly request: Request;
  readonly report: (progress: Progress) => void;
  /** Aborted when whoever asked has gone or wants it to stop. */
  readonly signal: AbortSignal;
}

/**
 * The root side of {@link askRoot}: one request from `input`, checked, and its answer to `output`. Resolves whatever
 * happens; errors are the asking side's to show. Gives whether the work was done.
 */
export async function answerOne<Schema extends v.GenericSchema>(
  { input, output }: { readonly input: Readable; readonly output: Writable },
  schema: Schema,
  work: (work: RootWork<v.InferOutput<Schema>>) => Promise<unknown>,
): Promise<boolean> {
  const controller = new AbortController();
  const send = (answer: Answer): void => void output.write(`${JSON.stringify(answer)}\n`);
  output.on("error", () => controller.abort()); // nobody is there any more
  try {
    const lines = linesOf(input);
    const first = await lines.next();
    if (first.done === true) throw new IcosError("bad-request", "There was no request.");
    const request = parseJson(schema, first.value, { code: "bad-request", name: "The request" });
    void lines.next().then(
      () => controller.abort(),
      () => controller.abort(),
    );
    const ok = await work({ request, report: (progress) => send({ progress }), signal: controller.signal });
    send({ ok: ok ?? null });
    return true;
  } catch (error) {
    send({ error: errorAnswer(error) });
    return false;
  }
}

function errorAnswer(error: unknown): { code: string; message: string; next?: string } {
  if (!(error instanceof IcosError)) {
    const cancelled = error instanceof Error && error.name === "AbortError";
    return cancelled
      ? { code: "cancelled", message: "Cancelled; nothing was changed." }
      : { code: "failed", message: describeError(error) };
  }
  const { code, next } = error;
  return { code, message: describeError(error), ...(next === undefined ? {} : { next }) };
}
