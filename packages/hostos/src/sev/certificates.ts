import { hash, X509Certificate } from "node:crypto";
import { IcosError } from "@icos/system";
import type { SevChip } from "./chip.ts";
import type { SevProduct } from "./product.ts";
import { sameTcb, tcbText } from "./tcb.ts";
import { readVcekIdentity } from "./vcek-extensions.ts";

/** What AMD signs the certificates of a product's chips with. */
export interface SevIssuers {
  /** Signs the chips' certificates. */
  readonly ask: X509Certificate;
  /** Signs the ASK, and itself. */
  readonly ark: X509Certificate;
}

/** SHA-256, hexadecimal, of the root key (ARK) of each product, as SubjectPublicKeyInfo. */
export type SevRootKeys = Readonly<Record<SevProduct, string>>;

/** AMD's root keys: whatever a server answers, the chain has to end here. */
export const AMD_ROOT_KEYS: SevRootKeys = {
  Milan: "9f056bee44377e29308cb5ffa895bdfb62d18881fa6bed8d6f075b0204089cb9",
  Genoa: "429a69c9422aa258ee4d8db5fcda9c6470ef15f8cd5a9cebd6cbc7d90b863831",
  Turin: "4f125410563a2ab9a50356f9243f6fe0b6f73de98603f53f90339c70e9d7ad08",
};

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Reads ASK and ARK from PEM, in this order, and checks them. @throws IcosError `sev-issuers-invalid` */
export function checkIssuers(pem: Buffer, product: SevProduct, roots: SevRootKeys): SevIssuers {
  const found = pem.toString("latin1").match(PEM) ?? [];
  const [ask, ark, more] = found.map((text) => readCertificate(text, issuersInvalid));
  if (!ask || !ark || more) throw issuersInvalid(`there are ${found.length} certificates in it instead of ASK and ARK`);
  if (keyDigest(ark) !== roots[product]) throw issuersInvalid(`it does not end at the root key of ${product}`);
  if (!isSignedBy(ark, ark)) throw issuersInvalid("the root certificate (ARK) is not signed by its own key");
  if (!isSignedBy(ask, ark)) throw issuersInvalid("the ASK is not signed by the root key");
  return { ask, ark };
}

/** Checks that a DER certificate is that of the chip at its patch levels. @throws IcosError `vcek-invalid` */
export function checkVcek(der: Buffer, chip: SevChip, issuers: SevIssuers, now: number): X509Certificate {
  const vcek = readCertificate(der, vcekInvalid);
  if (!vcek.raw.equals(der)) throw vcekInvalid("it is not one certificate in DER and nothing else");
  if (!isSignedBy(vcek, issuers.ask)) throw vcekInvalid(`AMD's key for ${chip.product} has not signed it`);
  const { hardwareId, tcb } = readIdentity(der);
  if (!Buffer.from(hardwareId).equals(Buffer.from(chip.hardwareId))) throw vcekInvalid("it belongs to another chip");
  if (!sameTcb(tcb, chip.reportedTcb)) {
    throw vcekInvalid(`it is for other versions (${tcbText(tcb)} instead of ${tcbText(chip.reportedTcb)})`);
  }
  if (vcek.validToDate.getTime() < now) throw vcekInvalid(`it expired on ${vcek.validTo}; is this host's clock right?`);
  return vcek;
}

/** What a guest is given: VCEK, ASK and ARK, as PEM. */
export function chainPem(vcek: X509Certificate, { ask, ark }: SevIssuers): string {
  return [vcek, ask, ark].map((certificate) => certificate.toString()).join("");
}

type Refusal = (why: string, cause?: unknown) => IcosError;

function readCertificate(data: string | Buffer, refusal: Refusal): X509Certificate {
  try {
    return new X509Certificate(data);
  } catch (cause) {
    throw refusal("it is not a certificate", cause);
  }
}

function readIdentity(der: Buffer) {
  try {
    return readVcekIdentity(der);
  } catch (cause) {
    throw vcekInvalid("it does not say for which chip it is", cause);
  }
}

function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function keyDigest({ publicKey }: X509Certificate): string {
  return hash("sha256", publicKey.export({ type: "spki", format: "der" }));
}

function issuersInvalid(why: string, cause?: unknown): IcosError {
  return new IcosError("sev-issuers-invalid", `The certificates of AMD's keys are not valid: ${why}.`, { cause });
}

function vcekInvalid(why: string, cause?: unknown): IcosError {
  return new IcosError("vcek-invalid", `The certificate of this chip (VCEK) is not valid: ${why}.`, { cause });
}
