import {
  buildHashTree,
  type CanisterRange,
  encodeCanisterRanges,
  encodeCbor,
  encodeUnsignedLeb128,
  type HashTree,
  type LabeledData,
  Principal,
  rangesContain,
  selfAuthenticating,
  utf8,
} from "@icos/certification";
import type { Canister } from "../canister.ts";

/** The part of the state tree that stays as it is: `/subnet` and `/canister_ranges`. */
export interface SubnetTrees {
  readonly subnet: HashTree;
  readonly canisterRanges: HashTree;
}

export interface SubnetInfo {
  readonly subnetId: Principal;
  /** DER. */
  readonly publicKey: Uint8Array;
  /** Public keys of its nodes, DER. */
  readonly nodeKeys: readonly Uint8Array[];
  readonly ranges: readonly CanisterRange[];
}

export function subnetTrees({ subnetId, publicKey, nodeKeys, ranges }: SubnetInfo): SubnetTrees {
  const encoded = encodeCanisterRanges(ranges);
  const nodes = new Map(
    nodeKeys.map((key): [Uint8Array, LabeledData] => [
      selfAuthenticating(key).toUint8Array(),
      new Map([["public_key", key]]),
    ]),
  );
  const subnet = new Map<string, LabeledData>([
    ["public_key", publicKey],
    ["canister_ranges", encoded],
    ["node", nodes],
    ["type", utf8("system")],
  ]);
  const first = ranges[0]?.start.toUint8Array() ?? new Uint8Array();
  const id = subnetId.toUint8Array();
  return {
    subnet: buildHashTree(new Map([[id, subnet]])),
    canisterRanges: buildHashTree(new Map([[id, new Map([[first, encoded]])]])),
  };
}

/** `/canister/<id>` of a canister whose certified data is `certifiedData`. */
export function canisterTree(canister: Canister, certifiedData: Uint8Array): HashTree {
  const parts = new Map<string, LabeledData>([
    ["certified_data", certifiedData],
    ["controllers", encodeCbor([])],
  ]);
  const metadata = canister.metadata?.();
  if (metadata) parts.set("metadata", buildHashTree(metadata));
  return buildHashTree(parts);
}

export function stateTree(
  { subnet, canisterRanges }: SubnetTrees,
  parts: { readonly canisters: HashTree; readonly requestStatus: HashTree; readonly time: bigint },
): HashTree {
  return buildHashTree(
    new Map<string, LabeledData>([
      ["canister", parts.canisters],
      ["canister_ranges", canisterRanges],
      ["request_status", parts.requestStatus],
      ["subnet", subnet],
      ["time", encodeUnsignedLeb128(parts.time)],
    ]),
  );
}

/** The range of the first subnet of a network: a million canister ids, of which the first is `rwlgt-iiaaa-…`. */
const FIRST_RANGE: CanisterRange = {
  start: Principal.fromUint8Array(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 1, 1)),
  end: Principal.fromUint8Array(Uint8Array.of(0, 0, 0, 0, 0, 0x0f, 0xff, 0xff, 1, 1)),
};

/** Sorted ranges that hold all of `canisterIds`: the first subnet's, and each that lies outside for itself. */
export function rangesFor(canisterIds: readonly Principal[]): CanisterRange[] {
  const outside = canisterIds.filter((id) => !rangesContain([FIRST_RANGE], id));
  const ranges = [FIRST_RANGE, ...outside.map((id) => ({ start: id, end: id }))];
  return ranges.toSorted((a, b) => Buffer.compare(a.start.toUint8Array(), b.start.toUint8Array()));
}
