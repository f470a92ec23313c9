import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import { encodeRecord } from "../records.ts";

/** What a version does to one key: a new value, or `undefined` when it deletes the key. */
export interface KeyChange {
  readonly key: string;
  readonly value: Uint8Array | undefined;
}

/** One version of the registry: all of it or nothing. */
export interface RegistryVersion {
  readonly version: number;
  /** Nanoseconds since the Unix epoch. */
  readonly time: bigint;
  /** Each key at most once, sorted by key (as UTF-8). */
  readonly changes: readonly KeyChange[];
}

/** A change with its precondition: insert needs absence, update and delete need presence, upsert neither. */
export type Mutation =
  | { readonly kind: "insert" | "update" | "upsert"; readonly key: string; readonly value: Uint8Array }
  | { readonly kind: "delete"; readonly key: string };

export function put<Schema extends DescMessage>(
  kind: "insert" | "update" | "upsert",
  key: string,
  schema: Schema,
  record: MessageInitShape<Schema>,
): Mutation {
  return { kind, key, value: encodeRecord(schema, record) };
}

export function remove(key: string): Mutation {
  return { kind: "delete", key };
}

export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
