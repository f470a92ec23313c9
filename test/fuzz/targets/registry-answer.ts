import { listLabels, lookup } from "../../../packages/certification/src/index.ts";
import { MixedHashTreeSchema } from "../../../packages/registry/src/generated/messaging/xnet/v1/mixed_hash_tree_pb.ts";
import {
  decodeChunkReply,
  decodeRecord,
  hashTreeFromProtobuf,
  verifyCertifiedDelta,
} from "../../../packages/registry/src/index.ts";
import { IcosError } from "../../../packages/system/src/index.ts";
import { unlessRefused } from "../harness/refusal.ts";

const refuseAll = {
  verify(): never {
    throw new IcosError("certificate-signature", "No certificate is right here.");
  },
};

/** An answer of `get_certified_changes_since`, its hash tree alone, and a reply of `get_chunk`. */
export function fuzz(data: Uint8Array): void {
  unlessRefused(() => verifyCertifiedDelta(data, refuseAll, 0));
  unlessRefused(() => decodeChunkReply(data));
  const message = unlessRefused(() => decodeRecord(MixedHashTreeSchema, data, "tree"));
  if (!message) return;
  const tree = unlessRefused(() => hashTreeFromProtobuf(message));
  if (!tree) return;
  void tree.digest;
  lookup(["current_version"], tree);
  unlessRefused(() => listLabels(["delta"], tree));
}
