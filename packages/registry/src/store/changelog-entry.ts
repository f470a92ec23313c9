import { create, toBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { describeError, IcosError } from "@icos/system";
import {
  ChangelogEntrySchema,
  MutationType,
  type ChangelogEntry,
} from "../generated/registry/local_store/v1/local_store_pb.ts";
import { decodeRecord } from "../records.ts";
import type { KeyChange } from "../state/mutation.ts";

/** What one version changes, as its file in the local store. @throws IcosError `local-store-entry` when it is nothing */
export function encodeChangelogEntry(changes: readonly KeyChange[]): Uint8Array {
  return toBinary(ChangelogEntrySchema, create(ChangelogEntrySchema, changelogEntry(changes)));
}

/** @throws IcosError `local-store-entry` */
export function decodeChangelogEntry(bytes: Uint8Array, place: string): KeyChange[] {
  let entry: ChangelogEntry;
  try {
    entry = decodeRecord(ChangelogEntrySchema, bytes, place);
  } catch (cause) {
    throw bad(place, describeError(cause).replace(/\.$/, ""), cause);
  }
  return keyChanges(entry, place);
}

/** The message for what a version changes. */
export function changelogEntry(changes: readonly KeyChange[]): MessageInitShape<typeof ChangelogEntrySchema> {
  if (changes.length === 0)
    throw new IcosError("local-store-entry", "A version that changes nothing cannot be stored.");
  const keyMutations = changes.map(({ key, value }) => ({
    key,
    value: value ?? new Uint8Array(),
    mutationType: value === undefined ? MutationType.UNSET : MutationType.SET,
  }));
  return { keyMutations };
}

/** What a message changes. @throws IcosError `local-store-entry` */
export function keyChanges({ keyMutations }: ChangelogEntry, place: string): KeyChange[] {
  if (keyMutations.length === 0) throw bad(place, "it is empty");
  return keyMutations.map(({ key, value, mutationType }) => {
    if (mutationType === MutationType.SET) return { key, value };
    if (mutationType !== MutationType.UNSET) throw bad(place, `the change of ${key} is of type ${mutationType}`);
    if (value.length > 0) throw bad(place, `${key} is unset but has a value`);
    return { key, value: undefined };
  });
}

function bad(place: string, why: string, cause?: unknown): IcosError {
  return new IcosError("local-store-entry", `${place} is not a changelog entry: ${why}.`, {
    place: { file: place },
    cause,
  });
}
