import { hash } from "node:crypto";
import { equalBytes } from "@icos/certification";
import { IcosError } from "@icos/system";

/** Values from this size on are split when their version is too large for a reply. */
const MIN_CHUNKABLE_BYTES = 10_000;
const CHUNK_BYTES = 1_800_000;

/** SHA-256 of the chunks of a value, in order. */
export type ChunkKeys = readonly Uint8Array[];

export function isChunkable(value: Uint8Array): boolean {
  return value.length >= MIN_CHUNKABLE_BYTES;
}

/** The value in parts that each fit into a reply. They share its memory. */
export function splitValue(value: Uint8Array): Uint8Array[] {
  const count = Math.ceil(value.length / CHUNK_BYTES);
  return Array.from({ length: count }, (_, index) => value.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES));
}

export function chunkKeysOf(value: Uint8Array): ChunkKeys {
  return splitValue(value).map(sha256);
}

/**
 * The value that the chunks make, each checked against its hash.
 * @param place what the value belongs to
 * @throws IcosError `registry-chunk-wrong`
 */
export async function joinChunks(
  keys: ChunkKeys,
  fetchChunk: (contentSha256: Uint8Array) => Promise<Uint8Array>,
  place: string,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (const key of keys) {
    const chunk = await fetchChunk(key);
    if (!equalBytes(sha256(chunk), key)) {
      throw new IcosError("registry-chunk-wrong", `A chunk of ${place} is not what its hash says.`, {
        details: { sha256: Buffer.from(key).toString("hex"), length: chunk.length },
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function sha256(bytes: Uint8Array): Uint8Array {
  return hash("sha256", bytes, "buffer");
}
