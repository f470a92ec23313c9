import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  type CertifiedDeltas,
  fittingVersions,
  type HighCapacityRegistryDeltaSchema,
  HighCapacityRegistryGetChangesSinceResponseSchema,
  HighCapacityRegistryGetValueResponseSchema,
  LargeValueChunkKeysSchema,
  RegistryError_Code,
  RegistryGetChangesSinceRequestSchema,
  RegistryGetLatestVersionResponseSchema,
  RegistryGetValueRequestSchema,
  type RegistryHistory,
} from "@icos/registry";
import { describeError } from "@icos/system";
import type { ChunkReply, ChunkRequest } from "./candid/chunk.ts";

/** What queries read. */
export interface QueriedRegistry {
  readonly history: RegistryHistory;
  readonly deltas: Pick<CertifiedDeltas, "chunk" | "chunkKeys">;
}

/** `get_latest_version` */
export function getLatestVersion({ history }: QueriedRegistry): Uint8Array {
  const schema = RegistryGetLatestVersionResponseSchema;
  return toBinary(schema, create(schema, { version: BigInt(history.latestVersion) }));
}

/**
 * `get_value`: the value at a version, or at the latest, which is also what a later version has. Errors are part of the
 * answer, as upstream's: malformed with version 0, an absent key with the version that was asked for.
 */
export function getValue(registry: QueriedRegistry, arg: Uint8Array): Uint8Array {
  const schema = HighCapacityRegistryGetValueResponseSchema;
  const answer = (init: MessageInitShape<typeof schema>): Uint8Array => toBinary(schema, create(schema, init));
  const { history } = registry;
  let request;
  try {
    request = fromBinary(RegistryGetValueRequestSchema, arg);
  } catch (error) {
    return answer({ error: { code: RegistryError_Code.MALFORMED_MESSAGE, reason: describeError(error) } });
  }
  const { key, version = BigInt(history.latestVersion) } = request;
  const name = Buffer.from(key).toString("utf8");
  const entry = history.entry(name, Number(version));
  if (entry?.value === undefined) {
    const reason = `${name} is not in the registry at version ${version}.`;
    return answer({ error: { code: RegistryError_Code.KEY_NOT_PRESENT, reason, key }, version });
  }
  return answer({
    version: BigInt(entry.version),
    content: contentOf(registry, entry.version, name, entry.value),
    timestampNanoseconds: entry.time,
  });
}

/**
 * `get_changes_since`: as many changes after a version as fit, sorted by key, each key's newest first; with the latest
 * version, of which there may be more. Not certified.
 */
export function getChangesSince(registry: QueriedRegistry, arg: Uint8Array): Uint8Array {
  const schema = HighCapacityRegistryGetChangesSinceResponseSchema;
  const { history } = registry;
  let since: number;
  try {
    since = Number(fromBinary(RegistryGetChangesSinceRequestSchema, arg).version);
  } catch (error) {
    const malformed = { code: RegistryError_Code.MALFORMED_MESSAGE, reason: describeError(error) };
    return toBinary(schema, create(schema, { error: malformed }));
  }
  const byKey = new Map<string, MessageInitShape<typeof HighCapacityRegistryDeltaSchema>["values"] & object>();
  for (const { version } of fittingVersions(history, since)) {
    for (const { key, value } of version.changes) {
      const values = byKey.get(key) ?? [];
      byKey.set(key, values);
      values.unshift({
        version: BigInt(version.version),
        timestampNanoseconds: version.time,
        content:
          value === undefined
            ? { case: "deletionMarker", value: true }
            : contentOf(registry, version.version, key, value),
      });
    }
  }
  const keys = Array.from(byKey, ([key, values]) => ({ key: Buffer.from(key), values }));
  const deltas = keys.sort((a, b) => Buffer.compare(a.key, b.key));
  return toBinary(schema, create(schema, { version: BigInt(history.latestVersion), deltas }));
}

/** `get_chunk` */
export function getChunk({ deltas }: QueriedRegistry, { content_sha256 }: ChunkRequest): ChunkReply {
  if (!content_sha256) return { error: "The request names no content_sha256." };
  const content = deltas.chunk(content_sha256);
  return content ? { content } : { error: `No chunk has the SHA-256 ${Buffer.from(content_sha256).toString("hex")}.` };
}

function contentOf({ deltas }: QueriedRegistry, version: number, key: string, value: Uint8Array) {
  const chunkKeys = deltas.chunkKeys(version, key);
  if (!chunkKeys) return { case: "value", value } as const;
  return {
    case: "largeValueChunkKeys",
    value: create(LargeValueChunkKeysSchema, { chunkContentSha256s: [...chunkKeys] }),
  } as const;
}
