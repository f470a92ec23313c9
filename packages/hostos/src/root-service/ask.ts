import { createConnection, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { IcosError, parseJson, systemErrorCode } from "@icos/system";
import { linesOf } from "./lines.ts";
import { answerSchema, type Progress } from "./messages.ts";

export interface AskOptions {
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Asks the program to stop; its last word is still waited for. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds to wait before each further attempt, when systemd has closed the connection without an answer. */
  readonly waits?: readonly number[] | undefined;
}

/** Together what the end of a unit, whose program has just answered, takes on a slow machine. */
const WAITS = [250, 500, 1_000, 2_000, 4_000, 8_000];

/**
 * Asks the root program behind a socket. Resolves with its result, to be checked by the caller; rejects with its error,
 * or with `root-service-unavailable`. A program says something before it changes anything, so a connection that is closed
 * without a word has changed nothing: systemd drops those for which another request leaves no room, also while the unit of
 * the one before is still ending. It is made again, a few times.
 */
export async function askRoot(socketPath: string, request: unknown, options: AskOptions = {}): Promise<unknown> {
  const { signal, waits = WAITS } = options;
  for (const wait of [...waits, undefined]) {
    const answer = await askOnce(socketPath, request, options);
    if (answer !== undefined) return answer.ok;
    if (wait === undefined || signal?.aborted === true) break;
    await delay(wait, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  }
  throw new IcosError("root-service-ended", "The program that was asked is busy, or ended without an answer.", {
    next: "See its log with `view-logs`, then try again.",
    place: { file: socketPath },
  });
}

/** Undefined when the connection was closed without a word. */
async function askOnce(
  socketPath: string,
  request: unknown,
  { onProgress, signal }: AskOptions,
): Promise<{ readonly ok: unknown } | undefined> {
  let heard = false;
  const socket = await connectRoot(socketPath);
  const stop = (): void => void socket.end();
  try {
    socket.on("error", () => undefined); // seen by the loop below
    socket.write(`${JSON.stringify(request)}\n`);
    if (signal?.aborted === true) stop();
    signal?.addEventListener("abort", stop, { once: true });
    for await (const line of linesOf(socket)) {
      heard = true;
      const answer = parseJson(answerSchema, line, { code: "bad-answer", name: "The answer", file: socketPath });
      if ("progress" in answer) onProgress?.(answer.progress);
      else if ("ok" in answer) return { ok: answer.ok };
      else throw new IcosError(answer.error.code, answer.error.message, { next: answer.error.next });
    }
  } catch (error) {
    if (heard || !isClosed(error)) throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
    socket.destroy();
  }
  if (!heard) return undefined;
  throw new IcosError("root-service-ended", "The program that was asked ended before it was done.", {
    next: "See its log with `view-logs`, then try again.",
    place: { file: socketPath },
  });
}

/** What a write to, or a read from, a connection that was dropped ends with. */
function isClosed(error: unknown): boolean {
  return ["EPIPE", "ECONNRESET"].includes(systemErrorCode(error) ?? "");
}

/** Throws `root-service-unavailable`. */
export function connectRoot(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ path, allowHalfOpen: true });
    socket.once("connect", () => resolve(socket));
    socket.once("error", (cause) => {
      const code = systemErrorCode(cause);
      const why = code === "ENOENT" ? "is not there" : code === "EACCES" ? "is not for this user" : "does not answer";
      reject(new IcosError("root-service-unavailable", `The socket ${path} ${why}.`, { place: { file: path }, cause }));
    });
  });
}
