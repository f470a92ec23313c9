import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { bitString, der, generalizedTime, oid, sequence, set, utf8String } from "./der.ts";

export interface CertificateOptions {
  readonly subject: string;
  readonly issuer?: string;
  readonly notBefore?: string;
  readonly notAfter?: string;
  readonly ca?: boolean;
  /** Signs instead of the certificate's own key. */
  readonly signer?: KeyObject;
}

const ED25519 = sequence(oid(0x2b, 0x65, 0x70));

/** A certificate as nodes make them, unless an option makes it wrong. */
export function makeCertificate(options: CertificateOptions): Uint8Array {
  const { subject, issuer = subject, notBefore = "20200101000000Z", notAfter = "99991231235959Z" } = options;
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const constraints = sequence(
    oid(0x55, 0x1d, 0x13),
    der(0x01, Uint8Array.of(0xff)),
    der(0x04, sequence(...(options.ca === true ? [der(0x01, Uint8Array.of(0xff))] : []))),
  );
  const certificate = sequence(
    der(0xa0, der(0x02, Uint8Array.of(2))),
    der(0x02, Uint8Array.of(1)),
    ED25519,
    name(issuer),
    sequence(generalizedTime(notBefore), generalizedTime(notAfter)),
    name(subject),
    publicKey.export({ format: "der", type: "spki" }),
    der(0xa3, sequence(constraints)),
  );
  return sequence(certificate, ED25519, bitString(sign(null, certificate, options.signer ?? privateKey)));
}

function name(common: string): Buffer {
  return sequence(set(sequence(oid(0x55, 0x04, 0x03), utf8String(common))));
}
