import * as v from "valibot";
import { parseWith } from "@icos/system";
import { compareBytes } from "./bytes.ts";
import { decodeCbor, encodeCbor } from "./cbor.ts";
import { type HashTree, flattenForks } from "./hash-tree.ts";
import { lookup, lookupSubtree } from "./lookup.ts";
import { Principal } from "./principal.ts";

/** Canister ids from `start` to `end`, both included. */
export interface CanisterRange {
  readonly start: Principal;
  readonly end: Principal;
}

const MALFORMED = { code: "canister-ranges-malformed", name: "A list of canister ranges" } as const;
const Id = v.pipe(v.instance(Uint8Array, "not a byte string"), v.maxLength(29));
const RangesSchema = v.array(v.strictTuple([Id, Id]));

export function encodeCanisterRanges(ranges: readonly CanisterRange[]): Uint8Array {
  return encodeCbor(ranges.map(({ start, end }) => [start.toUint8Array(), end.toUint8Array()]));
}

export function decodeCanisterRanges(bytes: Uint8Array): CanisterRange[] {
  return parseWith(RangesSchema, decodeCbor(bytes, MALFORMED), MALFORMED).map(([start, end]) => ({
    start: Principal.fromUint8Array(start),
    end: Principal.fromUint8Array(end),
  }));
}

export function rangesContain(ranges: readonly CanisterRange[], canisterId: Principal): boolean {
  const id = canisterId.toUint8Array();
  return ranges.some(
    ({ start, end }) => compareBytes(start.toUint8Array(), id) <= 0 && compareBytes(id, end.toUint8Array()) <= 0,
  );
}

/**
 * The ranges that a root certificate shows for a subnet: the shards below `/canister_ranges/<subnet>`, or the older
 * `/subnet/<subnet>/canister_ranges`.
 */
export function rangesOfSubnet(tree: HashTree, subnetId: Principal): CanisterRange[] {
  const subnet = subnetId.toUint8Array();
  const shards = lookupSubtree(["canister_ranges", subnet], tree);
  if (shards.kind === "found") {
    const values = flattenForks(shards.tree).flatMap((part) =>
      part.kind === "labeled" && part.tree.kind === "leaf" ? [part.tree.value] : [],
    );
    if (values.length > 0) return values.flatMap(decodeCanisterRanges);
  }
  const whole = lookup(["subnet", subnet, "canister_ranges"], tree);
  return whole.kind === "found" ? decodeCanisterRanges(whole.value) : [];
}
