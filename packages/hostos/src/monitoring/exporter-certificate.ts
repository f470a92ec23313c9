import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { join } from "node:path";
import { makeSelfSignedCertificate, writeFileDurably } from "@icos/system";

/**
 * Makes the key and the self-signed certificate that node_exporter answers with: `key.pem` (mode 0400) and, written after
 * it, `certificate.pem`. Who reads the metrics does not look at the certificate, so nothing is lost when a host makes a
 * new one.
 */
export async function writeExporterCertificate(directory: string, now: number): Promise<void> {
  const { privateKey } = generateKeyPairSync("ed25519");
  const certificate = makeSelfSignedCertificate(privateKey, "node_exporter", now);
  await writeFileDurably(join(directory, "key.pem"), privateKey.export({ type: "pkcs8", format: "pem" }), 0o400);
  await writeFileDurably(join(directory, "certificate.pem"), new X509Certificate(certificate).toString(), 0o444);
}
