import { hopText, isRedirect, nextHop, type Hop } from "./redirect.ts";

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
  /** `hop` says which redirect led to the server that refuses, if one did. */
  | { readonly kind: "refused"; readonly status: number; readonly hop?: string | undefined };

export interface Http {
  /**
   * Asks for a file from byte `from` on; a server may answer with all of it. Follows a few redirects, never out of HTTPS, so
   * what is got has to be verified. Rejects when a server cannot be reached, and when a redirect is not to be followed; the
   * error says which.
   */
  get(url: string, from: number, signal: AbortSignal): Promise<HttpAnswer>;
}

/** A server that sends nothing for this long has gone. */
const SILENCE_MS = 30_000;

/** HTTP of this process. */
export const nodeHttp: Http = {
  async get(url, from, signal) {
    const silence = new AbortController();
    const watch = setTimeout(() => silence.abort(new Error("The server has stopped sending.")), SILENCE_MS);
    try {
      const answer = await follow(url, from, AbortSignal.any([signal, silence.signal]), () => watch.refresh());
      if (answer.kind === "body") return { ...answer, body: watched(answer.body, watch) };
      clearTimeout(watch);
      return answer;
    } catch (error) {
      clearTimeout(watch);
      throw error;
    }
  },
};

async function follow(url: string, from: number, signal: AbortSignal, onHop: () => void): Promise<HttpAnswer> {
  for (let hop: Hop = { number: 0, url: new URL(url) }; ; onHop()) {
    const answer = await ask(hop, from, signal);
    if (answer.kind !== "moved") return answer;
    hop = nextHop(hop, answer.location);
  }
}

type HopAnswer = HttpAnswer | { readonly kind: "moved"; readonly location: string | null };

async function ask(hop: Hop, from: number, signal: AbortSignal): Promise<HopAnswer> {
  const headers = { "accept-encoding": "identity", ...(from > 0 ? { range: `bytes=${from}-` } : {}) };
  const answer = await fetch(hop.url, { headers, redirect: "manual", signal }).catch((cause: unknown) => {
    const where = hopText(hop);
    if (where === undefined || signal.aborted) throw cause;
    throw new Error(where, { cause });
  });
  const { status, body } = answer;
  if (isRedirect(status)) {
    await body?.cancel();
    return { kind: "moved", location: answer.headers.get("location") };
  }
  if (status === 416 && from > 0) {
    await body?.cancel();
    return { kind: "nothing-left" };
  }
  if ((status !== 200 && status !== 206) || body === null) {
    await body?.cancel();
    return { kind: "refused", status, hop: hopText(hop) };
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
