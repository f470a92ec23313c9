import { blob, type Codec, opt, record, result } from "./codec.ts";

export interface ChunkRequest {
  readonly content_sha256?: Uint8Array | undefined;
}

/** A part of a large value, or why there is none. */
export type ChunkReply = { readonly content: Uint8Array } | { readonly error: string };

const request: Codec<ChunkRequest> = record("GetChunkRequest", { content_sha256: opt(blob) });
const chunk: Codec<{ readonly content?: Uint8Array | undefined }> = record("Chunk", { content: opt(blob) });
const found = result("GetChunkResponse", chunk);
const reply: Codec<ChunkReply> = {
  ...found,
  read: (value) => ({ content: found.read(value).content ?? new Uint8Array() }),
  write: (value) => ("error" in value ? { Err: value.error } : found.write(value)),
};

export const CHUNK_METHOD = "get_chunk";
export const CHUNK_CODEC = { payload: request, reply, query: true } as const;
