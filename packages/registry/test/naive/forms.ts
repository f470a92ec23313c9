import { createHash } from "node:crypto";
import type { MessageShape } from "@bufbuild/protobuf";
import { Principal } from "@icos/certification";
import { type MasterPublicKeyId, RoutingTableSchema } from "../../src/index.ts";
import { textOf } from "./naive-registry.ts";

export function isPrincipal(text: string): boolean {
  try {
    return Principal.fromText(text).toText() === text && Principal.fromText(text).toUint8Array().length <= 29;
  } catch {
    return false;
  }
}

/** SHA-224 of the DER of an Ed25519 key, then 2. */
export function nodeId(key: Uint8Array): string {
  const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), key]);
  return textOf(Buffer.concat([createHash("sha224").update(der).digest(), Buffer.from([2])]));
}

export function chainKey(id: MasterPublicKeyId | undefined): string | undefined {
  const key = id?.keyId;
  if (key?.case === "ecdsa" && key.value.curve === 1) return `ecdsa:Secp256k1:${key.value.name}`;
  return key?.case === "vetkd" && key.value.curve === 1 ? `vetkd:Bls12_381_G2:${key.value.name}` : undefined;
}

type WithRange = Pick<MessageShape<typeof RoutingTableSchema>["entries"][number], "range">;

/** Of canister numbers; an empty one when there is none. */
export function rangeOf({ range }: WithRange): [bigint, bigint] {
  const number = (raw: Uint8Array | undefined): bigint | undefined =>
    raw?.length === 10 ? Buffer.from(raw).readBigUInt64BE(0) : undefined;
  return [number(range?.startCanisterId?.principalId?.raw) ?? 1n, number(range?.endCanisterId?.principalId?.raw) ?? 0n];
}

export function isPackage(urls: readonly string[], hash: string): boolean {
  if (urls.length === 0 || hash === "") return urls.length === 0 && hash === "";
  return /^[0-9a-f]{64}$/.test(hash) && urls.every((url) => /^https?:\/\/\w/.test(url));
}
