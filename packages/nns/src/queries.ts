import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { describeError } from "@icos/system";
import {
  HighCapacityRegistryGetChangesSinceResponseSchema,
  HighCapacityRegistryGetValueResponseSchema,
  RegistryError_Code,
  RegistryGetChangesSinceRequestSchema,
  RegistryGetLatestVersionResponseSchema,
  RegistryGetValueRequestSchema,
  type RegistryHistory,
  type VersionedValue,
} from "@icos/registry";

/** `get_latest_version` */
export function getLatestVersion(history: RegistryHistory): Uint8Array {
  const schema = RegistryGetLatestVersionResponseSchema;
  return toBinary(schema, create(schema, { version: BigInt(history.latestVersion) }));
}

/** `get_value`: the value at a version, or at the latest. Errors are part of the answer. */
export function getValue(history: RegistryHistory, arg: Uint8Array): Uint8Array {
  const schema = HighCapacityRegistryGetValueResponseSchema;
  const answer = (init: Parameters<typeof create<typeof schema>>[1]): Uint8Array =>
    toBinary(schema, create(schema, init));
  const latest = BigInt(history.latestVersion);
  let request;
  try {
    request = fromBinary(RegistryGetValueRequestSchema, arg);
  } catch (error) {
    const reason = describeError(error);
    return answer({ error: { code: RegistryError_Code.MALFORMED_MESSAGE, reason }, version: latest });
  }
  const { key } = request;
  const version = request.version ?? latest;
  if (version > latest) {
    const reason = `Version ${version} is later than the latest, ${latest}.`;
    return answer({ error: { code: RegistryError_Code.VERSION_BEYOND_LATEST, reason, key }, version: latest });
  }
  const name = Buffer.from(key).toString("utf8");
  const entry = history.entry(name, Number(version));
  if (entry?.value === undefined) {
    const reason = `${name} is not in the registry at version ${version}.`;
    return answer({ error: { code: RegistryError_Code.KEY_NOT_PRESENT, reason, key }, version: latest });
  }
  return answer({
    version: BigInt(entry.version),
    content: { case: "value", value: entry.value },
    timestampNanoseconds: entry.time,
  });
}

/** `get_changes_since`: all changes after a version, by key, newest first. Not certified. */
export function getChangesSince(history: RegistryHistory, arg: Uint8Array, limit: number): Uint8Array {
  const schema = HighCapacityRegistryGetChangesSinceResponseSchema;
  let since: number;
  try {
    since = Number(fromBinary(RegistryGetChangesSinceRequestSchema, arg).version);
  } catch (error) {
    const error_ = { code: RegistryError_Code.MALFORMED_MESSAGE, reason: describeError(error) };
    return toBinary(schema, create(schema, { error: error_, version: BigInt(history.latestVersion) }));
  }
  const versions = history.since(since, limit);
  const byKey = new Map<string, VersionedValue[]>();
  for (const { version, time, changes } of versions) {
    for (const { key, value } of changes) byKey.set(key, [{ version, time, value }, ...(byKey.get(key) ?? [])]);
  }
  const deltas = Array.from(byKey, ([key, values]) => ({
    key: Buffer.from(key),
    values: values.map(({ version, time, value }) => ({
      version: BigInt(version),
      timestampNanoseconds: time,
      content:
        value === undefined ? ({ case: "deletionMarker", value: true } as const) : ({ case: "value", value } as const),
    })),
  }));
  const version = BigInt(versions.at(-1)?.version ?? history.latestVersion);
  return toBinary(schema, create(schema, { version, deltas }));
}
