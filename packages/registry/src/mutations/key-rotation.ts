import { Principal } from "@icos/certification";
import { KeyPurpose, registryKey } from "../keys.ts";
import { PublicKeySchema, type SubnetRecord } from "../records.ts";
import { put } from "../state/mutation.ts";
import { readRecord, type RegistryView } from "../state/view.ts";
import type { MutationFunction } from "./context.ts";
import { requireSubnet, subnetsOfNode } from "./membership.ts";
import { parseIdkgKey } from "./node-keys.ts";
import { refuse } from "./refuse.ts";

export interface UpdateNodeDirectlyPayload {
  /** Protobuf `PublicKey`. */
  readonly idkg_dealing_encryption_pk?: Uint8Array | undefined;
}

/**
 * A node of a signing subnet replaces its iDKG key. Each of n members does so once in a period, and two of them at
 * least 85 per cent of an nth of the period apart. A key without a timestamp may be replaced at once.
 */
export const updateNodeDirectly: MutationFunction<UpdateNodeDirectlyPayload, undefined> = (
  { view, caller, time },
  { idkg_dealing_encryption_pk: bytes },
) => {
  if (!bytes?.length) throw refuse("node-key-missing", "idkg_dealing_encryption_pk is needed.");
  const [subnet] = subnetsOfNode(view, caller);
  const record = subnet && requireSubnet(view, subnet);
  if (!record?.chainKeyConfig?.keyConfigs.length) {
    throw refuse("key-rotation-not-signing", `Node ${caller.toText()} is not in a subnet that holds chain keys.`);
  }
  const period = record.chainKeyConfig.idkgKeyRotationPeriodMs;
  if (period === undefined) throw refuse("key-rotation-disabled", "The subnet of the node does not rotate iDKG keys.");
  const now = time / 1_000_000n;
  requireDue(view, caller, record, period, now);
  const key = { ...parseIdkgKey(bytes), timestamp: now };
  const name = registryKey.cryptoRecord(caller, KeyPurpose.idkgMegaEncryption);
  return { mutations: [put("upsert", name, PublicKeySchema, key)], reply: undefined };
};

function requireDue(view: RegistryView, node: Principal, { membership }: SubnetRecord, period: bigint, now: bigint) {
  const own = timestampOf(view, registryKey.cryptoRecord(node, KeyPurpose.idkgMegaEncryption));
  if (own === undefined) return;
  if (own + period > now) throw refuse("key-rotation-too-early", "The iDKG key of the node is fresh enough.");
  const newest = membership
    .map(
      (id) =>
        timestampOf(view, registryKey.cryptoRecord(Principal.fromUint8Array(id), KeyPurpose.idkgMegaEncryption)) ?? 0n,
    )
    .reduce((a, b) => (a > b ? a : b), 0n);
  const gap = (period * 85n) / (100n * BigInt(membership.length));
  if (newest + gap > now) {
    throw refuse("key-rotation-too-early", "Another node of the subnet has replaced its iDKG key just now.");
  }
}

/** Milliseconds since the Unix epoch. */
function timestampOf(view: RegistryView, key: string): bigint | undefined {
  return readRecord(view, PublicKeySchema, key)?.timestamp;
}
