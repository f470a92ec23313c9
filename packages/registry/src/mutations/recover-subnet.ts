import { create } from "@bufbuild/protobuf";
import type { Principal } from "@icos/certification";
import { registryKey } from "../keys.ts";
import {
  CatchUpPackageContentsSchema,
  RecoveryArgsSchema,
  RegistryStoreUriSchema,
  SubnetRecordSchema,
  type CatchUpPackageContents,
  type SubnetRecord,
} from "../records.ts";
import { put } from "../state/mutation.ts";
import { readRecord } from "../state/view.ts";
import { requireNode } from "./access.ts";
import type { MutationFunction } from "./context.ts";
import { requireSubnet, textOf } from "./membership.ts";
import { refuse } from "./refuse.ts";

export interface RecoverSubnetPayload {
  readonly subnet_id: Principal;
  /** Where the subnet goes on: of the state that was recovered. */
  readonly height: bigint;
  readonly time_ns: bigint;
  readonly state_hash: Uint8Array;
  /** In place of all members. */
  readonly replacement_nodes?: readonly Principal[] | undefined;
  /** URI, hash and version of a registry that the nodes take over (recovery of the NNS on other nodes). */
  readonly registry_store_uri?: { readonly 0: string; readonly 1: string; readonly 2: bigint } | undefined;
  /** Chain keys cannot be reshared yet: must be absent. */
  readonly chain_key_config?: unknown;
}

export interface SplitSubnetPayload {
  readonly source_subnet_id: Principal;
  readonly destination_node_ids: readonly Principal[];
  readonly destination_canister_ranges: readonly { readonly start: Principal; readonly end: Principal }[];
}

/**
 * A subnet goes on from a recovered state.
 *
 * There is no distributed key generation here yet. So a subnet with a threshold key keeps it, which takes the same
 * members; and of a subnet without one, which has no catch-up package that could say where to go on, only members and
 * halting change.
 */
export const recoverSubnet: MutationFunction<RecoverSubnetPayload, undefined> = ({ view }, payload) => {
  const { subnet_id, replacement_nodes } = payload;
  const record = requireSubnet(view, subnet_id);
  if (payload.chain_key_config !== undefined) {
    throw refuse("chain-keys-unsupported", "Chain keys cannot be reshared yet.");
  }
  for (const node of replacement_nodes ?? []) requireNode(view, node);
  const key = registryKey.catchUpPackageContents(subnet_id);
  const contents = readRecord(view, CatchUpPackageContentsSchema, key);
  if (payload.registry_store_uri) {
    if (replacement_nodes) throw refuse("recovery-payload", "With registry_store_uri the members stay.");
    if (!contents) throw withoutPackage();
    const { 0: uri, 1: hash, 2: registryVersion } = payload.registry_store_uri;
    const changed = moved(contents, payload);
    changed.registryStoreUri = create(RegistryStoreUriSchema, { uri, hash, registryVersion });
    return { mutations: [put("update", key, CatchUpPackageContentsSchema, changed)], reply: undefined };
  }
  const members = put("update", registryKey.subnetRecord(subnet_id), SubnetRecordSchema, {
    ...record,
    membership: replacement_nodes?.map((id) => id.toUint8Array()) ?? record.membership,
    // Recovered at its last catch-up package, it must not stop at the next one again, but wait.
    isHalted: record.isHalted || record.haltAtCupHeight,
    haltAtCupHeight: false,
  });
  if (!contents) {
    if (payload.height !== 0n || payload.time_ns !== 0n || payload.state_hash.length > 0) throw withoutPackage();
    return { mutations: [members], reply: undefined };
  }
  if (replacement_nodes && !sameMembers(record, replacement_nodes)) {
    throw refuse(
      "dkg-unsupported",
      "Other members need another threshold key, and keys cannot be generated yet: a subnet with one keeps its members.",
    );
  }
  const { height, time_ns: time, state_hash: stateHash } = payload;
  const recovered = moved(contents, payload);
  recovered.cupType = {
    case: "recovery",
    value: create(RecoveryArgsSchema, { height, time, stateHash }),
  };
  return { mutations: [members, put("update", key, CatchUpPackageContentsSchema, recovered)], reply: undefined };
};

/** Both halves of a subnet need keys of their own, so there is no splitting until keys can be generated. */
export const splitSubnet: MutationFunction<SplitSubnetPayload, null> = ({ view }, { source_subnet_id }) => {
  requireSubnet(view, source_subnet_id);
  throw refuse(
    "dkg-unsupported",
    "Both halves of a split subnet need another threshold key, and keys cannot be generated yet.",
  );
};

function moved(contents: CatchUpPackageContents, payload: RecoverSubnetPayload): CatchUpPackageContents {
  const { height, time_ns: time, state_hash: stateHash } = payload;
  return { ...contents, height, time, stateHash };
}

function sameMembers({ membership }: SubnetRecord, nodes: readonly Principal[]): boolean {
  const texts = new Set(nodes.map((id) => id.toText()));
  return texts.size === membership.length && membership.every((id) => texts.has(textOf(id)));
}

function withoutPackage() {
  return refuse(
    "cup-contents-missing",
    "The subnet has no catch-up package contents, since it was made without a key: height, time and hash must be 0 and empty.",
  );
}
