import type { DescMessage } from "@bufbuild/protobuf";
import {
  CertifiedTimeSchema,
  ChangelogEntrySchema,
  DeltaSchema,
} from "../src/generated/registry/local_store/v1/local_store_pb.ts";
import { ProtoRegistrySchema } from "../src/generated/registry/proto_registry/v1/proto_registry_pb.ts";
import {
  CertifiedResponseSchema,
  HighCapacityRegistryAtomicMutateRequestSchema,
  HighCapacityRegistryGetChangesSinceResponseSchema,
  HighCapacityRegistryGetValueResponseSchema,
  RegistryAtomicMutateRequestSchema,
  RegistryAtomicMutateResponseSchema,
  RegistryGetChangesSinceRequestSchema,
  RegistryGetLatestVersionResponseSchema,
  RegistryGetValueRequestSchema,
} from "../src/transport.ts";

const STORE = "ic_registry_common.pb.local_store.v1";
const FILE = "ic_registry_common.pb.proto_registry.v1";
const CALL = "ic_registry_transport.pb.v1";
const TREE = "messaging.xnet.v1.MixedHashTree";

/** The messages in which a registry is stored, sent and certified; every other one of the table is inside of one of these. */
export const TRANSPORT_SCHEMAS: readonly DescMessage[] = [
  ChangelogEntrySchema,
  DeltaSchema,
  CertifiedTimeSchema,
  ProtoRegistrySchema,
  RegistryGetValueRequestSchema,
  HighCapacityRegistryGetValueResponseSchema,
  RegistryGetChangesSinceRequestSchema,
  HighCapacityRegistryGetChangesSinceResponseSchema,
  RegistryGetLatestVersionResponseSchema,
  RegistryAtomicMutateRequestSchema,
  RegistryAtomicMutateResponseSchema,
  HighCapacityRegistryAtomicMutateRequestSchema,
  CertifiedResponseSchema,
];

/**
 * Field numbers and types of upstream's messages for the local store (`rs/registry/proto`), the registry's calls
 * (`rs/registry/transport`) and certified trees (`rs/protobuf/def/messaging`), written by hand as those of the records are.
 */
export const TRANSPORT_FIELDS: Readonly<Record<string, string>> = {
  [`${STORE}.KeyMutation`]: "key=1:string value=2:bytes mutation_type=3:enum",
  [`${STORE}.ChangelogEntry`]: `key_mutations=1:${STORE}.KeyMutation[]`,
  [`${STORE}.Delta`]: `registry_version=1:uint64 changelog=2:${STORE}.ChangelogEntry[]`,
  [`${STORE}.CertifiedTime`]: "unix_epoch_nanos=1:uint64",

  [`${FILE}.ProtoRegistryRecord`]: "key=1:string version=2:uint64 value=3:google.protobuf.BytesValue",
  [`${FILE}.ProtoRegistry`]: `records=1:${FILE}.ProtoRegistryRecord[]`,

  [`${CALL}.RegistryError`]: "code=1:enum reason=2:string key=3:bytes",
  [`${CALL}.LargeValueChunkKeys`]: "chunk_content_sha256s=1:bytes[]",
  [`${CALL}.HighCapacityRegistryValue`]: `value=1:bytes version=2:uint64 deletion_marker=3:bool large_value_chunk_keys=4:${CALL}.LargeValueChunkKeys timestamp_nanoseconds=5:uint64`,
  [`${CALL}.HighCapacityRegistryDelta`]: `key=1:bytes values=2:${CALL}.HighCapacityRegistryValue[]`,
  [`${CALL}.RegistryGetChangesSinceRequest`]: "version=1:uint64",
  [`${CALL}.HighCapacityRegistryGetChangesSinceResponse`]: `error=1:${CALL}.RegistryError version=2:uint64 deltas=3:${CALL}.HighCapacityRegistryDelta[]`,
  [`${CALL}.RegistryGetValueRequest`]: "version=1:google.protobuf.UInt64Value key=2:bytes",
  [`${CALL}.HighCapacityRegistryGetValueResponse`]: `error=1:${CALL}.RegistryError version=2:uint64 value=3:bytes large_value_chunk_keys=4:${CALL}.LargeValueChunkKeys timestamp_nanoseconds=5:uint64`,
  [`${CALL}.RegistryGetLatestVersionResponse`]: "version=1:uint64",
  [`${CALL}.RegistryMutation`]: "mutation_type=1:enum key=2:bytes value=3:bytes",
  [`${CALL}.Precondition`]: "key=1:bytes expected_version=2:uint64",
  [`${CALL}.RegistryAtomicMutateRequest`]: `mutations=1:${CALL}.RegistryMutation[] preconditions=5:${CALL}.Precondition[]`,
  [`${CALL}.RegistryAtomicMutateResponse`]: `errors=1:${CALL}.RegistryError[] version=2:uint64`,
  [`${CALL}.HighCapacityRegistryMutation`]: `mutation_type=1:enum key=2:bytes value=3:bytes large_value_chunk_keys=4:${CALL}.LargeValueChunkKeys`,
  [`${CALL}.HighCapacityRegistryAtomicMutateRequest`]: `mutations=1:${CALL}.HighCapacityRegistryMutation[] preconditions=5:${CALL}.Precondition[] timestamp_nanoseconds=6:uint64`,
  [`${CALL}.CertifiedResponse`]: `hash_tree=1:${TREE} certificate=2:bytes`,

  "google.protobuf.Empty": "",
  [TREE]: `empty=1:google.protobuf.Empty fork=2:${TREE}.Fork labeled=3:${TREE}.Labeled leaf_data=4:bytes pruned_digest=5:bytes`,
  [`${TREE}.Fork`]: `left_tree=1:${TREE} right_tree=2:${TREE}`,
  [`${TREE}.Labeled`]: `label=1:bytes subtree=2:${TREE}`,
};
