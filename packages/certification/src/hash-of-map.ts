import { hash } from "node:crypto";
import { Principal } from "./principal.ts";
import { encodeSignedLeb128, encodeUnsignedLeb128 } from "./leb128.ts";
import { compareBytes, concatBytes, utf8 } from "./bytes.ts";

/**
 * What the representation-independent hash is defined for. A `number` or non-negative `bigint` is a natural number;
 * a negative one is hashed as an integer. A field that is `undefined` counts as left out.
 */
export type HashableValue =
  | string
  | number
  | bigint
  | Uint8Array
  | Principal
  | readonly HashableValue[]
  | { readonly [field: string]: HashableValue | undefined };

/** The 32-byte representation-independent hash of a record (interface specification, "hash of map"). */
export function hashOfMap(record: { readonly [field: string]: HashableValue | undefined }): Uint8Array {
  const fields = Object.entries(record).flatMap(([name, value]) =>
    value === undefined ? [] : [concatBytes(sha256(utf8(name)), hashOfValue(value))],
  );
  return sha256(concatBytes(...fields.toSorted(compareBytes)));
}

/** Identifies a request: the hash of its `content`. */
export function requestId(content: { readonly [field: string]: HashableValue | undefined }): Uint8Array {
  return hashOfMap(content);
}

function hashOfValue(value: HashableValue): Uint8Array {
  if (typeof value === "string") return sha256(utf8(value));
  if (typeof value === "number") return hashOfInteger(BigInt(value));
  if (typeof value === "bigint") return hashOfInteger(value);
  if (value instanceof Uint8Array) return sha256(value);
  if (value instanceof Principal) return sha256(value.toUint8Array());
  if (isList(value)) return sha256(concatBytes(...value.map(hashOfValue)));
  return hashOfMap(value);
}

function hashOfInteger(value: bigint): Uint8Array {
  return sha256(value < 0n ? encodeSignedLeb128(value) : encodeUnsignedLeb128(value));
}

function isList(value: object): value is readonly HashableValue[] {
  return Array.isArray(value);
}

function sha256(bytes: Uint8Array): Uint8Array {
  return hash("sha256", bytes, "buffer");
}
