import { decodeProtoRegistry } from "../../../packages/registry/src/store/proto-registry.ts";
import { unlessRefused } from "../harness/refusal.ts";

/** `registry.proto`: a registry in one file. */
export function fuzz(data: Uint8Array): void {
  unlessRefused(() => decodeProtoRegistry(data, "registry.proto"));
}
