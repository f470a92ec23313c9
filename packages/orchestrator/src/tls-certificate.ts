import { createPrivateKey, createPublicKey, X509Certificate, type KeyObject } from "node:crypto";
import { CERTIFICATE_NOT_AFTER, IcosError, makeSelfSignedCertificate } from "@icos/system";

/** The node's TLS certificate: {@link makeSelfSignedCertificate} with the node id as its name. */
export function makeTlsCertificate(key: KeyObject, nodeId: string, now: number, serial?: Uint8Array): Buffer {
  return makeSelfSignedCertificate(key, nodeId, now, serial);
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
    [certificate.validToDate.getTime() === CERTIFICATE_NOT_AFTER.getTime(), `it ends ${certificate.validTo}`],
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
