import { createPublicKey, randomBytes, sign, type KeyObject } from "node:crypto";
import { bitString, explicit, integer, objectIdentifier, sequence, set, time, utf8String } from "./der.ts";

const ED25519 = "1.3.101.112";
const COMMON_NAME = "2.5.4.3";
const VERSION_3 = 2;

/** RFC 5280's value for "no well-defined expiration": the certificate lives as long as its key. */
export const CERTIFICATE_NOT_AFTER = new Date("9999-12-31T23:59:59Z");

/** Who reads the certificate compares notBefore with another clock; this much disagreement is harmless. */
const CLOCK_SKEW_MS = 120_000;

/**
 * A self-signed TLS certificate: X.509 v3, Ed25519, subject = issuer = `CN=<common name>`, no extensions (hence not a CA),
 * valid from two minutes ago until 99991231235959Z. `serial` is 16 bytes; random unless told.
 */
export function makeSelfSignedCertificate(
  key: KeyObject,
  commonName: string,
  now: number,
  serial: Uint8Array = randomBytes(16),
): Buffer {
  const algorithm = sequence(objectIdentifier(ED25519));
  const name = sequence(set(sequence(objectIdentifier(COMMON_NAME), utf8String(commonName))));
  const notBefore = new Date(Math.max(0, Math.floor((now - CLOCK_SKEW_MS) / 1000) * 1000));
  const toBeSigned = sequence(
    explicit(0, integer(Uint8Array.of(VERSION_3))),
    integer(serialNumber(serial)),
    algorithm,
    name,
    sequence(time(notBefore), time(CERTIFICATE_NOT_AFTER)),
    name,
    createPublicKey(key).export({ type: "spki", format: "der" }),
  );
  return sequence(toBeSigned, algorithm, bitString(sign(null, toBeSigned, key)));
}

/** Positive, at most 20 octets when encoded, never zero (RFC 5280, 4.1.2.2). */
function serialNumber(from: Uint8Array): Buffer {
  const bytes = Buffer.from(from);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes;
}
