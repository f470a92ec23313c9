import { request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";
import { describeError, IcosError } from "@icos/system";

export interface BackendLimits {
  /** From the connection to the last byte. */
  readonly milliseconds: number;
}

/** Below the ten seconds after which Prometheus gives up. */
export const BACKEND_LIMITS: BackendLimits = { milliseconds: 8_000 };

/**
 * Gets a page and hands on its pieces. The certificate is not looked at, as upstream does not: a backend has made its own,
 * and what it says is public. Rejects with `backend-failed`, with `backend-timeout`, or with what `onChunk` throws.
 */
export async function fetchPage(url: string, limits: BackendLimits, onChunk: (chunk: Buffer) => void): Promise<void> {
  const deadline = AbortSignal.timeout(limits.milliseconds);
  try {
    await getPage(url, deadline, onChunk);
  } catch (error) {
    if (error instanceof IcosError) throw error;
    if (deadline.aborted)
      throw new IcosError("backend-timeout", `${url} did not answer within ${limits.milliseconds} ms.`);
    throw new IcosError("backend-failed", `${url} cannot be reached: ${describeError(error)}.`, {
      cause: error,
    });
  }
}

function getPage(url: string, signal: AbortSignal, onChunk: (chunk: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { agent: false, signal, maxHeaderSize: 8 * 1024 };
    const client = url.startsWith("https:")
      ? requestTls(url, { ...options, rejectUnauthorized: false })
      : requestPlain(url, options);
    client.on("error", reject);
    client.once("response", (response) => {
      response.on("error", reject);
      response.once("close", () => reject(new Error("the answer ended early")));
      response.once("end", () => (response.complete ? resolve() : reject(new Error("the answer ended early"))));
      if (response.statusCode !== 200) {
        reject(new IcosError("backend-failed", `${url} answered with status ${response.statusCode}.`));
        client.destroy();
        return;
      }
      response.on("data", (chunk: Buffer) => {
        try {
          onChunk(chunk);
        } catch (error) {
          reject(error);
          client.destroy();
        }
      });
    });
    client.end();
  });
}
