import { createPrivateKey, createPublicKey, randomBytes, sign, X509Certificate, type KeyObject } from "node:crypto";
import { IcosError } from "@icos/system";
import { bitString, explicit, integer, objectIdentifier, sequence, set, time, utf8String } from "./der.ts";

const ED25519 = "1.3.101.112";
const COMMON_NAME = "2.5.4.3";
const VERSION_3 = 2;

/** RFC 5280's value for "no well-defined expiration": the certificate lives as long as the node. */
const NOT_AFTER = new Date("9999-12-31T23:59:59Z");

/** The registry compares notBefore with its own clock; this much disagreement is harmless. */
const CLOCK_SKEW_MS = 120_000;

/**
 * The node's self-signed TLS certificate: X.509 v3, Ed25519, subject = issuer = `CN=<node id>`, no extensions (hence not a
 * CA), valid from two minutes ago until 99991231235959Z. `serial` is 16 bytes; random unless told.
 */
export function makeTlsCertificate(
  key: KeyObject,
  nodeId: string,
  now: number,
  serial: Uint8Array = randomBytes(16),
): Buffer {
  const algorithm = sequence(objectIdentifier(ED25519));
  const name = sequence(set(sequence(objectIdentifier(COMMON_NAME), utf8String(nodeId))));
  const notBefore = new Date(Math.max(0, Math.floor((now - CLOCK_SKEW_MS) / 1000) * 1000));
  const toBeSigned = sequence(
    explicit(0, integer(Uint8Array.of(VERSION_3))),
    integer(serialNumber(serial)),
    algorithm,
    name,
    sequence(time(notBefore), time(NOT_AFTER)),
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

/** Refuses a certificate that is not `key`'s, not `nodeId`'s, or breaks a rule of {@link makeTlsCertificate}. */
export function checkTlsCertificate(der: Uint8Array, key: KeyObject, nodeId: string, now: number): void {
  const problems = certificateProblems(der, key, nodeId, now);
  if (problems.length > 0) {
    throw new IcosError("tls-certificate-invalid", `The node's TLS certificate is not valid: ${problems.join("; ")}.`, {
      details: { problems },
    });
  }
}

function certificateProblems(der: Uint8Array, key: KeyObject, nodeId: string, now: number): string[] {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(der);
  } catch {
    return ["it is not an X.509 certificate"];
  }
  const { publicKey } = certificate;
  const rules: readonly (readonly [boolean, string])[] = [
    [certificate.raw.equals(der), "bytes follow the certificate"],
    [publicKey.asymmetricKeyType === "ed25519", "its key is not an Ed25519 key"],
    [publicKey.equals(createPublicKey(key)), "it belongs to another key"],
    [certificate.subject === `CN=${nodeId}`, `its subject is ${certificate.subject}, not CN=${nodeId}`],
    [certificate.issuer === certificate.subject, "its issuer is not its subject"],
    [certificate.verify(publicKey), "its signature does not verify"],
    [!certificate.ca, "it is a certificate authority"],
    [certificate.validFromDate.getTime() <= now, `it is not valid before ${certificate.validFrom}`],
    [certificate.validToDate.getTime() === NOT_AFTER.getTime(), `it ends ${certificate.validTo}`],
  ];
  return rules.filter(([holds]) => !holds).map(([, problem]) => problem);
}

/** A PKCS #8 PEM private key of the type that is expected, or an error that names `file` (never its content). */
export function parsePrivateKey(pem: string | Buffer, type: "ed25519" | "ec", file: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = createPrivateKey(pem);
  } catch {
    key = undefined;
  }
  if (key?.asymmetricKeyType === type) return key;
  throw new IcosError(
    "private-key-invalid",
    `${file} does not hold ${type === "ec" ? "an EC" : "an Ed25519"} private key.`,
    {
      place: { file },
    },
  );
}
