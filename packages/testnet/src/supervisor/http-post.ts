import { request } from "node:http";
import type { PostRequest } from "@icos/registry";

const LONGEST_ANSWER = 16 << 20;

/** In place of `fetch`, which takes ten megabytes. One connection for one request. */
export const httpPost: PostRequest = (url, { body, signal, ...init }) =>
  new Promise((resolve, reject) => {
    const headers = { ...init.headers, "content-length": body.length };
    const outgoing = request(url, { ...init, headers, agent: false, signal }, (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > LONGEST_ANSWER) response.destroy(new Error(`the answer is longer than ${LONGEST_ANSWER} bytes`));
      });
      response.once("error", reject);
      response.once("end", () => {
        const status = response.statusCode ?? 0;
        const answer = new Uint8Array(Buffer.concat(chunks)).buffer;
        resolve({ ok: status >= 200 && status < 300, status, arrayBuffer: () => Promise.resolve(answer) });
      });
    });
    outgoing.once("error", reject);
    outgoing.end(body);
  });
