import { create, toBinary } from "@bufbuild/protobuf";
import { ProtoRegistrySchema } from "../generated/registry/proto_registry/v1/proto_registry_pb.ts";
import { decodeRecord } from "../records.ts";
import type { StoredVersion } from "./local-store.ts";

/** A registry in one file, upstream's `ProtoRegistry`: every write and removal with its version. */
export function encodeProtoRegistry(versions: readonly StoredVersion[]): Uint8Array {
  const records = versions.flatMap(({ version, changes }) =>
    changes.map(({ key, value }) => ({ key, version: BigInt(version), ...(value !== undefined && { value }) })),
  );
  return toBinary(ProtoRegistrySchema, create(ProtoRegistrySchema, { records }));
}

/** The versions of such a file, those without a change left out. @throws IcosError `registry-record-malformed` */
export function decodeProtoRegistry(bytes: Uint8Array, place: string): StoredVersion[] {
  const { records } = decodeRecord(ProtoRegistrySchema, bytes, place);
  const byVersion = Map.groupBy(records, ({ version }) => Number(version));
  return [...byVersion]
    .sort(([a], [b]) => a - b)
    .map(([version, found]) => ({ version, changes: found.map(({ key, value }) => ({ key, value })) }));
}
