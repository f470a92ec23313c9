/** An answer to a request for the rest of a file. */
export interface RestOfFile {
  /** Where the body starts in the file. */
  readonly from: number;
  /** Of the whole file, where the server says it. */
  readonly size: number | undefined;
  readonly body: AsyncIterable<Uint8Array>;
}

export type HttpAnswer =
  | ({ readonly kind: "body" } & RestOfFile)
  /** The file ends where the rest should start. */
  | { readonly kind: "nothing-left" }
  | { readonly kind: "refused"; readonly status: number };

export interface Http {
  /** Asks for a file from byte `from` on; a server may answer with all of it. Rejects when it cannot be reached. */
  get(url: string, from: number, signal: AbortSignal): Promise<HttpAnswer>;
}

/** A server that sends nothing for this long has gone. */
const SILENCE_MS = 30_000;

/** HTTP of this process. Redirects are refused: they could leave HTTPS. */
export const nodeHttp: Http = {
  async get(url, from, signal) {
    const silence = new AbortController();
    const watch = setTimeout(() => silence.abort(new Error("The server has stopped sending.")), SILENCE_MS);
    try {
      const answer = await ask(url, from, AbortSignal.any([signal, silence.signal]));
      if (answer.kind === "body") return { ...answer, body: watched(answer.body, watch) };
      clearTimeout(watch);
      return answer;
    } catch (error) {
      clearTimeout(watch);
      throw error;
    }
  },
};

async function ask(url: string, from: number, signal: AbortSignal): Promise<HttpAnswer> {
  const headers = { "accept-encoding": "identity", ...(from > 0 ? { range: `bytes=${from}-` } : {}) };
  const answer = await fetch(url, { headers, redirect: "error", signal });
  const { status, body } = answer;
  if (status === 416 && from > 0) {
    await body?.cancel();
    return { kind: "nothing-left" };
  }
  if ((status !== 200 && status !== 206) || body === null) {
    await body?.cancel();
    return { kind: "refused", status };
  }
  const start = status === 206 ? rangeStart(answer.headers.get("content-range")) : 0;
  const length = Number(answer.headers.get("content-length") ?? Number.NaN);
  const size = Number.isSafeInteger(length) ? start + length : undefined;
  return { kind: "body", from: start, size, body };
}

async function* watched(body: AsyncIterable<Uint8Array>, watch: NodeJS.Timeout): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body) {
      watch.refresh();
      yield chunk;
    }
  } finally {
    clearTimeout(watch);
  }
}

function rangeStart(header: string | null): number {
  const start = /^bytes (\d{1,15})-/.exec(header ?? "")?.[1];
  if (start === undefined) throw new Error("The server sent a part of the file and not which.");
  return Number(start);
}
