import { Principal } from "@icos/certification";
import { KeyPrefix, registryKey } from "../keys.ts";
import { RoutingTableSchema, type RoutingTable_Entry } from "../records.ts";
import { put, remove, type Mutation } from "../state/mutation.ts";
import { readRecord, type RegistryView } from "../state/view.ts";
import { refuse } from "./refuse.ts";

const CANISTERS_PER_SUBNET = 1n << 20n;
const LAST_CANISTER = (1n << 64n) - 1n;

/** The canister id with this number: 8 bytes big endian, then 1, 1. */
export function canisterIdOf(index: bigint): Principal {
  const bytes = new Uint8Array(10);
  new DataView(bytes.buffer).setBigUint64(0, index);
  bytes.set([1, 1], 8);
  return Principal.fromUint8Array(bytes);
}

/** The number of a canister id, or undefined when the principal is not of that form. */
export function canisterIndexOf(id: Uint8Array): bigint | undefined {
  if (id.length !== 10 || id[8] !== 1 || id[9] !== 1) return undefined;
  return new DataView(id.buffer, id.byteOffset).getBigUint64(0);
}

/** All entries of all shards, in the order of the shards. */
export function routingEntries(view: RegistryView): RoutingTable_Entry[] {
  return view.keys(KeyPrefix.canisterRanges).flatMap((key) => readRecord(view, RoutingTableSchema, key)?.entries ?? []);
}

/** First and last canister number of an entry; undefined when it has none. */
export function rangeOf(entry: Pick<RoutingTable_Entry, "range">): readonly [bigint, bigint] | undefined {
  const start = canisterIndexOf(entry.range?.startCanisterId?.principalId?.raw ?? new Uint8Array());
  const end = canisterIndexOf(entry.range?.endCanisterId?.principalId?.raw ?? new Uint8Array());
  return start === undefined || end === undefined ? undefined : [start, end];
}

export function routingEntry(subnet: Principal, start: bigint, end: bigint) {
  return {
    range: {
      startCanisterId: { principalId: { raw: canisterIdOf(start).toUint8Array() } },
      endCanisterId: { principalId: { raw: canisterIdOf(end).toUint8Array() } },
    },
    subnetId: { principalId: { raw: subnet.toUint8Array() } },
  };
}

/** The range of canister numbers of the next subnet: behind `last`, which is −1 before the first. */
export function nextSubnetRange(last: bigint): { readonly start: bigint; readonly end: bigint } {
  const end = last + CANISTERS_PER_SUBNET;
  if (end > LAST_CANISTER) throw refuse("canister-ids-exhausted", "There is no range of canister ids left.");
  return { start: last + 1n, end };
}

/** Gives the subnet the next free range, behind all others. */
export function routingAdded(view: RegistryView, subnet: Principal): Mutation[] {
  const entries = routingEntries(view);
  const last = entries.map(rangeOf).reduce((end, range) => (range && range[1] > end ? range[1] : end), -1n);
  const { start, end } = nextSubnetRange(last);
  return writeRouting(view, [...entries, routingEntry(subnet, start, end)]);
}

export function routingRemoved(view: RegistryView, subnet: Principal): Mutation[] {
  const entries = routingEntries(view);
  const id = subnet.toText();
  const rest = entries.filter(({ subnetId }) => {
    const raw = subnetId?.principalId?.raw;
    return raw === undefined || Principal.fromUint8Array(raw).toText() !== id;
  });
  return rest.length === entries.length ? [] : writeRouting(view, rest);
}

/** One shard, that of canister 0, holds the table; other shards are folded into it. */
function writeRouting(view: RegistryView, entries: Parameters<typeof tableOf>[0]): Mutation[] {
  const key = registryKey.canisterRanges(canisterIdOf(0n));
  const others = view.keys(KeyPrefix.canisterRanges).filter((other) => other !== key);
  return [...others.map(remove), put("upsert", key, RoutingTableSchema, tableOf(entries))];
}

function tableOf(entries: (RoutingTable_Entry | ReturnType<typeof routingEntry>)[]) {
  return { entries };
}
