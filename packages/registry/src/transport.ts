/** Messages of the registry's protobuf methods. */
export * from "./generated/registry/transport/v1/transport_pb.ts";
