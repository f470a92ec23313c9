import { createPublicKey, verify, type KeyObject } from "node:crypto";
import { IcosError } from "@icos/system";
import { equalBytes } from "./bytes.ts";

/** A key that a user signs requests with. */
export interface UserPublicKey {
  readonly scheme: "ed25519" | "ecdsa-p256" | "ecdsa-secp256k1";
  /** Ed25519: the message itself; ECDSA: r and s of 32 bytes each, over its SHA-256. */
  verify(message: Uint8Array, signature: Uint8Array): boolean;
}

const SIGNATURE_LENGTH = 64;

/** The one DER form of each scheme; a key in another encoding would be another principal. */
const FORMS = [
  { scheme: "ed25519", prefix: "302a300506032b6570032100", length: 44 },
  { scheme: "ecdsa-p256", prefix: "3059301306072a8648ce3d020106082a8648ce3d03010703420004", length: 91 },
  { scheme: "ecdsa-secp256k1", prefix: "3056301006072a8648ce3d020106052b8104000a03420004", length: 88 },
] as const;

/** Object identifiers inside keys of schemes that are recognised and refused. */
const REFUSED = [
  { scheme: "WebAuthn", oid: Buffer.from("060a2b0601040183b8430101", "hex") },
  { scheme: "canister", oid: Buffer.from("060a2b0601040183b8430102", "hex") },
] as const;
const OID_WITHIN = 24;

/** Reads a DER public key; throws `public-key-unsupported` or `public-key-malformed`. */
export function readUserPublicKey(der: Uint8Array): UserPublicKey {
  for (const { scheme, oid } of REFUSED) {
    if (Buffer.from(der.subarray(0, OID_WITHIN)).includes(oid)) {
      throw new IcosError("public-key-unsupported", `Requests with ${scheme} signatures are not supported.`, {
        next: "Sign with an Ed25519, ECDSA P-256 or ECDSA secp256k1 key.",
      });
    }
  }
  const form = FORMS.find(({ prefix, length }) => der.length === length && startsWith(der, Buffer.from(prefix, "hex")));
  if (!form) throw malformed("it is not the DER form of an Ed25519, ECDSA P-256 or ECDSA secp256k1 key");
  const key = readKey(der);
  const algorithm = form.scheme === "ed25519" ? null : "sha256";
  return {
    scheme: form.scheme,
    verify: (message, signature) =>
      signature.length === SIGNATURE_LENGTH &&
      verify(algorithm, message, { key, dsaEncoding: "ieee-p1363" }, signature),
  };
}

/** The DER form of a raw 32-byte Ed25519 public key: 44 bytes. */
export function ed25519KeyToDer(raw: Uint8Array): Uint8Array {
  if (raw.length !== 32) throw malformed(`an Ed25519 key has 32 bytes, not ${raw.length}`);
  return Buffer.concat([Buffer.from(FORMS[0].prefix, "hex"), raw]);
}

/** The raw 32 bytes of an Ed25519 key in DER form. */
export function ed25519KeyFromDer(der: Uint8Array): Uint8Array {
  const { prefix, length } = FORMS[0];
  if (der.length === length && startsWith(der, Buffer.from(prefix, "hex"))) return der.slice(length - 32);
  throw malformed("it is not the DER form of an Ed25519 key");
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return equalBytes(bytes.subarray(0, prefix.length), prefix);
}

function readKey(der: Uint8Array): KeyObject {
  try {
    return createPublicKey({ key: Buffer.from(der), format: "der", type: "spki" });
  } catch (cause) {
    throw malformed("its point is not on the curve", cause);
  }
}

function malformed(why: string, cause?: unknown): IcosError {
  return new IcosError("public-key-malformed", `A public key cannot be read: ${why}.`, { cause });
}
