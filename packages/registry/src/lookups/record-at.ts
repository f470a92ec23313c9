import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { decodeRecord } from "../records.ts";
import type { RegistryReader } from "../replicate/client.ts";

/** The record at the key and version; undefined when absent or deleted. */
export function recordAt<Schema extends DescMessage>(
  registry: RegistryReader,
  schema: Schema,
  key: string,
  version: number,
): MessageShape<Schema> | undefined {
  const value = registry.value(key, version);
  return value === undefined ? undefined : decodeRecord(schema, value, key);
}
