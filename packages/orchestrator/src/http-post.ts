import { request as httpRequest } from "node:http";
import { IcosError } from "@icos/system";

export interface HttpAnswer {
  readonly status: number;
  readonly body: Uint8Array;
}

/** Sends a CBOR body; resolves with the answer whatever its status. */
export type PostCbor = (url: URL, body: Uint8Array, signal: AbortSignal) => Promise<HttpAnswer>;

const LONGEST_ANSWER = 4 << 20;

/** One connection for one request: it is used a handful of times in a node's life. */
export const postCbor: PostCbor = (url, body, signal) =>
  new Promise((resolve, reject) => {
    const fail = (cause: unknown): void => {
      const why = cause instanceof Error ? cause.message : String(cause);
      reject(new IcosError("request-failed", `The request to ${url.origin} failed: ${why}.`, { cause }));
    };
    // Loaded when there is such a URL: it takes a tenth of a second on a slow machine.
    const send = url.protocol === "https:" ? process.getBuiltinModule("node:https").request : httpRequest;
    const headers = { "content-type": "application/cbor", "content-length": body.length };
    const request = send(url, { method: "POST", headers, agent: false, signal }, (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > LONGEST_ANSWER) response.destroy(new Error("the answer is too long"));
      });
      response.once("error", fail);
      response.once("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) }));
    });
    request.once("error", fail);
    request.end(body);
  });
