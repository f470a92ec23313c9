import { createPrivateKey, type KeyObject } from "node:crypto";

/** PKCS #8 of an Ed25519 key, before its 32 bytes of seed (RFC 8410). */
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");

/** The Ed25519 key of a seed of 32 secret bytes. */
export function ed25519PrivateKey(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: "der", type: "pkcs8" });
}
