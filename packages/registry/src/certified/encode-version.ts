import { create, toBinary } from "@bufbuild/protobuf";
import {
  HighCapacityRegistryAtomicMutateRequestSchema,
  RegistryMutation_Type,
} from "../generated/registry/transport/v1/transport_pb.ts";
import type { RegistryVersion } from "../state/mutation.ts";

/** A reply carries at most this much of deltas, so a version must fit (upstream: 2/3 of 2 MiB). */
export const MAX_VERSION_BYTES = Math.floor((2 * 2 * 1024 * 1024) / 3);

/** A version as it is certified: upserts and deletions sorted by key, with the time. Deterministic. */
export function encodedVersion({ changes, time }: RegistryVersion): Uint8Array {
  const schema = HighCapacityRegistryAtomicMutateRequestSchema;
  const mutations = changes.map(({ key, value }) => ({
    mutationType: value === undefined ? RegistryMutation_Type.DELETE : RegistryMutation_Type.UPSERT,
    key: Buffer.from(key),
    content: value === undefined ? ({ case: undefined } as const) : ({ case: "value", value } as const),
  }));
  return toBinary(schema, create(schema, { mutations, timestampNanoseconds: time }));
}
