import { create, toBinary } from "@bufbuild/protobuf";
import { IcosError } from "@icos/system";
import { ChangelogEntrySchema, MutationType } from "../generated/registry/local_store/v1/local_store_pb.ts";
import { decodeRecord } from "../records.ts";
import type { KeyChange } from "../state/mutation.ts";

/** What one version changes, as its file in the local store. */
export function encodeChangelogEntry(changes: readonly KeyChange[]): Uint8Array {
  const keyMutations = changes.map(({ key, value }) => ({
    key,
    value: value ?? new Uint8Array(),
    mutationType: value === undefined ? MutationType.UNSET : MutationType.SET,
  }));
  return toBinary(ChangelogEntrySchema, create(ChangelogEntrySchema, { keyMutations }));
}

/** @throws IcosError `registry-record-malformed`, `local-store-entry` */
export function decodeChangelogEntry(bytes: Uint8Array, place: string): KeyChange[] {
  const { keyMutations } = decodeRecord(ChangelogEntrySchema, bytes, place);
  if (keyMutations.length === 0) throw bad(place, "it is empty");
  return keyMutations.map(({ key, value, mutationType }) => {
    if (mutationType === MutationType.SET) return { key, value };
    if (mutationType !== MutationType.UNSET) throw bad(place, `the change of ${key} is of type ${mutationType}`);
    if (value.length > 0) throw bad(place, `${key} is unset but has a value`);
    return { key, value: undefined };
  });
}

function bad(place: string, why: string): IcosError {
  return new IcosError("local-store-entry", `${place} is not a changelog entry: ${why}.`, { place: { file: place } });
}
