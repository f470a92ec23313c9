import { X509Certificate } from "node:crypto";
import type { Principal } from "@icos/certification";
import { describeError } from "@icos/system";
import { refuse } from "./refuse.ts";

/** RFC 5280, 4.1.2.5: "no well-defined expiration date". */
const NEVER = Date.UTC(9999, 11, 31, 23, 59, 59);

/**
 * Checks a node's TLS certificate: DER, Ed25519, signed by its own key, subject and issuer both the node id as the one
 * common name, not a CA, valid now and for ever.
 */
export function checkTlsCertificate(der: Uint8Array, node: Principal, time: bigint): void {
  const certificate = parse(der);
  const name = `CN=${node.toText()}`;
  if (certificate.subject !== name) throw bad(`its subject is "${certificate.subject}", not "${name}"`);
  if (certificate.issuer !== name) throw bad("its issuer is not its subject");
  if (certificate.publicKey.asymmetricKeyType !== "ed25519") throw bad("its key is not Ed25519");
  if (!certificate.verify(certificate.publicKey)) throw bad("it is not signed by its own key");
  if (certificate.ca) throw bad("it is the certificate of a certification authority");
  if (certificate.validFromDate.getTime() > Number(time / 1_000_000n)) {
    throw bad(`it is not valid before ${certificate.validFrom}`);
  }
  if (certificate.validToDate.getTime() !== NEVER) {
    throw bad(`it ends at ${certificate.validTo}, not at the end of the year 9999`);
  }
}

function parse(der: Uint8Array): X509Certificate {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(der);
  } catch (cause) {
    throw bad(`it cannot be parsed (${describeError(cause)})`);
  }
  if (!certificate.raw.equals(der)) throw bad("it is not one DER certificate");
  return certificate;
}

function bad(why: string) {
  return refuse("node-key-invalid", `The TLS certificate of the node is not valid: ${why}.`, { key: "tlsCertificate" });
}
