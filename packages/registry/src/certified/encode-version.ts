import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  HighCapacityRegistryAtomicMutateRequestSchema,
  type HighCapacityRegistryMutationSchema,
  RegistryMutation_Type,
} from "../generated/registry/transport/v1/transport_pb.ts";
import type { KeyChange, RegistryVersion } from "../state/mutation.ts";
import { type ChunkKeys, chunkKeysOf, isChunkable } from "./chunks.ts";

const VERSION_LABEL_BYTES = 8;

/** A reply carries at most this much of deltas, so a version must fit (upstream: 2/3 of 2 MiB). */
export const MAX_VERSION_BYTES = Math.floor((2 * 2 * 1024 * 1024) / 3);
/** From this size on, the large values of a version are certified by the hashes of their chunks. */
const MIN_CHUNKED_BYTES = MAX_VERSION_BYTES - 100;
/** A version with all its values may have this size at most. */
export const MAX_CHANGES_BYTES = 10 * 1024 * 1024;

/**
 * A version as it is certified: upserts and deletions sorted by key, with the time. Deterministic. Values that are too
 * large for one reply are named by the hashes of their chunks, as upstream's registry names them.
 */
export function encodedVersion(version: RegistryVersion): Uint8Array {
  return encode(version, chunkKeysIn(version));
}

/** A version with all values, however large: to be kept, where {@link encodedVersion} would leave large ones out. */
export function completeVersion(version: RegistryVersion): Uint8Array {
  return encode(version, new Map());
}

/** How much of a reply the version takes. */
export function replyBytes(encoded: Uint8Array): number {
  return encoded.length + VERSION_LABEL_BYTES;
}

/** The keys whose values are certified by chunks in this version, with the hashes of the chunks. */
export function chunkKeysIn({ changes }: Pick<RegistryVersion, "changes">): ReadonlyMap<string, ChunkKeys> {
  const large = changes.flatMap(({ key, value }) => (value && isChunkable(value) ? [{ key, value }] : []));
  if (large.length === 0 || sizeOf(changes) < MIN_CHUNKED_BYTES) return new Map();
  return new Map(large.map(({ key, value }) => [key, chunkKeysOf(value)]));
}

/** Why no registry may have this version; undefined when it may. */
export function sizeProblem(version: RegistryVersion): string | undefined {
  const all = sizeOf(version.changes);
  if (all > MAX_CHANGES_BYTES) return `One version may have ${MAX_CHANGES_BYTES} bytes at most; this one has ${all}.`;
  const size = replyBytes(encodedVersion(version));
  if (size <= MAX_VERSION_BYTES) return undefined;
  return `One version may have ${MAX_VERSION_BYTES} bytes at most beside its large values; this one has ${size}.`;
}

/** Of the request that makes the version, which upstream measures. */
function sizeOf(changes: readonly KeyChange[]): number {
  return encode({ changes, time: 0n }, new Map()).length;
}

function encode(
  { changes, time }: Pick<RegistryVersion, "changes" | "time">,
  chunked: ReadonlyMap<string, ChunkKeys>,
): Uint8Array {
  const schema = HighCapacityRegistryAtomicMutateRequestSchema;
  const mutations = changes.map(({ key, value }) => ({
    mutationType: value === undefined ? RegistryMutation_Type.DELETE : RegistryMutation_Type.UPSERT,
    key: Buffer.from(key),
    content: contentOf(value, chunked.get(key)),
  }));
  return toBinary(schema, create(schema, { mutations, timestampNanoseconds: time }));
}

function contentOf(
  value: Uint8Array | undefined,
  chunkContentSha256s: ChunkKeys | undefined,
): MessageInitShape<typeof HighCapacityRegistryMutationSchema>["content"] & object {
  if (value === undefined) return { case: undefined };
  if (!chunkContentSha256s) return { case: "value", value };
  return { case: "largeValueChunkKeys", value: { chunkContentSha256s: [...chunkContentSha256s] } };
}
