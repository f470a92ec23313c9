import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { Principal } from "@icos/certification";
import { IcosError } from "@icos/system";
import { decodeRecord } from "../records.ts";
import type { RegistryReader } from "../replicate/client.ts";

/**
 * The record at the key and version; undefined when absent or deleted. Upstream: `deserialize_registry_value`.
 * @throws IcosError `registry-version-unknown`, `registry-record-malformed`
 */
export function recordAt<Schema extends DescMessage>(
  registry: RegistryReader,
  schema: Schema,
  key: string,
  version: number,
): MessageShape<Schema> | undefined {
  const value = registry.value(key, version);
  return value === undefined ? undefined : decodeRecord(schema, value, key);
}

/** A message of one principal, as the registry holds ids in. */
interface IdMessage {
  readonly principalId?: { readonly raw: Uint8Array } | undefined;
}

/** The principal of an id at the key. @throws IcosError `registry-record-malformed` when there is none in it */
export function principalOf(id: IdMessage | undefined, key: string): Principal {
  const raw = id?.principalId?.raw;
  if (raw === undefined) throw malformed(key, "an id without a principal");
  return Principal.fromUint8Array(raw);
}

/** A record that decodes but says what cannot be. */
export function malformed(key: string, why: string): IcosError {
  return new IcosError("registry-record-malformed", `${key} holds ${why}.`, { place: { key } });
}
