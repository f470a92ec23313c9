import { createConnection, type Socket } from "node:net";
import { IcosError, parseJson, systemErrorCode } from "@icos/system";
import { linesOf } from "./lines.ts";
import { answerSchema, type Progress } from "./messages.ts";

export interface AskOptions {
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Asks the program to stop; its last word is still waited for. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks the root program behind a socket. Resolves with its result, to be checked by the caller; rejects with its error,
 * or with `root-service-unavailable`.
 */
export async function askRoot(socketPath: string, request: unknown, options: AskOptions = {}): Promise<unknown> {
  const { onProgress, signal } = options;
  const socket = await connectRoot(socketPath);
  const stop = (): void => void socket.end();
  try {
    socket.on("error", () => undefined); // seen by the loop below
    socket.write(`${JSON.stringify(request)}\n`);
    if (signal?.aborted === true) stop();
    signal?.addEventListener("abort", stop, { once: true });
    for await (const line of linesOf(socket)) {
      const answer = parseJson(answerSchema, line, { code: "bad-answer", name: "The answer", file: socketPath });
      if ("progress" in answer) onProgress?.(answer.progress);
      else if ("ok" in answer) return answer.ok;
      else throw new IcosError(answer.error.code, answer.error.message, { next: answer.error.next });
    }
  } finally {
    signal?.removeEventListener("abort", stop);
    socket.destroy();
  }
  throw new IcosError("root-service-ended", "The program that was asked ended without an answer.", {
    next: "See its log with `view-logs`, then try again.",
    place: { file: socketPath },
  });
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
