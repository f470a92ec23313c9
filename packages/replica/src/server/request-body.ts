import type { IncomingMessage } from "node:http";
import { HttpRefusal } from "./http-refusal.ts";

/** The whole body of a CBOR request; refuses another media type (415) and more than `limit` bytes (413). */
export async function readBody(request: IncomingMessage, limit: number): Promise<Uint8Array> {
  const mediaType = request.headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase();
  if (mediaType !== "application/cbor") {
    throw new HttpRefusal(415, "The body has to be of the media type application/cbor.");
  }
  const tooLarge = new HttpRefusal(413, `The body is larger than ${limit} bytes.`, { connection: "close" });
  if (Number(request.headers["content-length"] ?? 0) > limit) throw tooLarge;
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of chunksOf(request)) {
      length += chunk.length;
      if (length > limit) throw tooLarge;
      chunks.push(chunk);
    }
  } catch (error) {
    if (request.destroyed && !request.complete) throw new HttpRefusal(400, "The request broke off.");
    throw error;
  }
  return Buffer.concat(chunks);
}

/** The body's chunks; unlike the stream's own iterator, leaving it early does not cut the connection. */
async function* chunksOf(request: IncomingMessage): AsyncGenerator<Buffer> {
  for await (const chunk of request.iterator({ destroyOnReturn: false })) if (Buffer.isBuffer(chunk)) yield chunk;
}
