import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { describeError, IcosError } from "@icos/system";

export * from "./generated/registry/api_boundary_node/v1/api_boundary_node_pb.ts";
export * from "./generated/registry/crypto/v1/crypto_pb.ts";
export * from "./generated/registry/dc/v1/dc_pb.ts";
export * from "./generated/registry/firewall/v1/firewall_pb.ts";
export * from "./generated/registry/hostos_version/v1/hostos_version_pb.ts";
export * from "./generated/registry/nns/v1/nns_pb.ts";
export * from "./generated/registry/node/v1/node_pb.ts";
export * from "./generated/registry/node_operator/v1/node_operator_pb.ts";
export * from "./generated/registry/node_rewards/v2/node_rewards_pb.ts";
export * from "./generated/registry/provisional_whitelist/v1/provisional_whitelist_pb.ts";
export * from "./generated/registry/replica_version/v1/replica_version_pb.ts";
export * from "./generated/registry/routing_table/v1/routing_table_pb.ts";
export * from "./generated/registry/standard_engine_replica_version/v1/standard_engine_replica_version_pb.ts";
export * from "./generated/registry/subnet/v1/catch_up_package_contents_pb.ts";
export * from "./generated/registry/subnet/v1/initial_idkg_dealings_pb.ts";
export * from "./generated/registry/subnet/v1/subnet_pb.ts";
export * from "./generated/registry/unassigned_nodes_config/v1/unassigned_nodes_config_pb.ts";
export * from "./generated/types/v1/types_pb.ts";

/**
 * The message in `bytes`. Fields that are not in the schema are kept and written back by {@link encodeRecord}.
 * @throws IcosError `registry-record-malformed` naming `place` (a registry key, or what the bytes are)
 */
export function decodeRecord<Schema extends DescMessage>(
  schema: Schema,
  bytes: Uint8Array,
  place: string,
): MessageShape<Schema> {
  try {
    return fromBinary(schema, bytes);
  } catch (cause) {
    throw new IcosError(
      "registry-record-malformed",
      `${place} does not hold a ${schema.name}: ${describeError(cause)}.`,
      {
        place: { key: place },
        cause,
      },
    );
  }
}

/** Deterministic for messages made by {@link decodeRecord} or from a plain object: fields in the order of their numbers. */
export function encodeRecord<Schema extends DescMessage>(schema: Schema, init: MessageInitShape<Schema>): Uint8Array {
  return toBinary(schema, create(schema, init));
}
