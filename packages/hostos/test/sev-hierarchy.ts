import { constants, generateKeyPairSync, hash, type KeyObject, randomBytes, sign } from "node:crypto";
import {
  bitString,
  explicit,
  integer,
  objectIdentifier,
  sequence,
  set,
  time,
  utf8String,
} from "../../system/src/der.ts";
import type { SevChip } from "../src/sev/chip.ts";
import type { TcbVersion } from "../src/sev/tcb.ts";

/** RSASSA-PSS with SHA-384, MGF1 with SHA-384 and 48 bytes of salt, as AMD signs (RFC 4055). */
const SHA384 = sequence(objectIdentifier("2.16.840.1.101.3.4.2.2"));
const PSS = sequence(
  objectIdentifier("1.2.840.113549.1.1.10"),
  sequence(
    explicit(0, SHA384),
    explicit(1, sequence(objectIdentifier("1.2.840.113549.1.1.8"), SHA384)),
    explicit(2, integer(Uint8Array.of(48))),
  ),
);
const AMD = "1.3.6.1.4.1.3704.1";

const octetString = (content: Uint8Array): Buffer => {
  const length = content.length < 128 ? [content.length] : [0x81, content.length];
  return Buffer.concat([Uint8Array.of(0x04, ...length), content]);
};

interface Certificate {
  readonly subject: string;
  readonly issuer: string;
  readonly key: KeyObject;
  readonly signer: KeyObject;
  readonly extensions?: Buffer | undefined;
  readonly notAfter?: Date | undefined;
}

function makeCertificate({ subject, issuer, key, signer, extensions, notAfter }: Certificate): Buffer {
  const name = (text: string): Buffer => sequence(set(sequence(objectIdentifier("2.5.4.3"), utf8String(text))));
  const serial = randomBytes(8);
  serial[0] = 0x40;
  const toBeSigned = sequence(
    explicit(0, integer(Uint8Array.of(2))),
    integer(serial),
    PSS,
    name(issuer),
    sequence(time(new Date("2020-01-01T00:00:00Z")), time(notAfter ?? new Date("2045-01-01T00:00:00Z"))),
    name(subject),
    key.export({ type: "spki", format: "der" }),
    ...(extensions ? [explicit(3, extensions)] : []),
  );
  const signature = sign("sha384", toBeSigned, {
    key: signer,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: 48,
  });
  return sequence(toBeSigned, PSS, bitString(signature));
}

/** What a VCEK says of its chip. */
function chipExtensions(hardwareId: Uint8Array, tcb: TcbVersion): Buffer {
  const extension = (name: string, value: Uint8Array): Buffer =>
    sequence(objectIdentifier(`${AMD}.${name}`), octetString(value));
  const level = (name: string, value: number): Buffer => extension(name, integer(Uint8Array.of(value)));
  return sequence(
    level("1", 0),
    ...(tcb.fmc === undefined ? [] : [level("3.9", tcb.fmc)]),
    level("3.1", tcb.bootLoader),
    level("3.2", tcb.tee),
    level("3.3", tcb.snp),
    level("3.8", tcb.microcode),
    extension("4", hardwareId),
  );
}

const toPem = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${der.toString("base64").replace(/.{64}/g, "$&\n").trimEnd()}\n-----END CERTIFICATE-----\n`;

/** Certificates of the form of AMD's, under a root of the test's own. Keys are shorter than AMD's: these are made at once. */
export class SevHierarchy {
  readonly #ark = generateKeyPairSync("rsa", { modulusLength: 2048 });
  readonly #ask = generateKeyPairSync("rsa", { modulusLength: 2048 });
  readonly #vcek = generateKeyPairSync("ec", { namedCurve: "P-384" });
  /** ASK and ARK, as the server gives them. */
  readonly issuersPem: string;
  readonly askPem: string;
  readonly arkPem: string;
  /** Stands where AMD's root key does. */
  readonly rootKey: string;

  constructor() {
    const [ark, ask] = ["ARK-Test", "SEV-Test"];
    const root = { issuer: ark, signer: this.#ark.privateKey };
    this.arkPem = toPem(makeCertificate({ ...root, subject: ark, key: this.#ark.publicKey }));
    this.askPem = toPem(makeCertificate({ ...root, subject: ask, key: this.#ask.publicKey }));
    this.issuersPem = this.askPem + this.arkPem;
    this.rootKey = hash("sha256", this.#ark.publicKey.export({ type: "spki", format: "der" }));
  }

  vcek({ hardwareId, reportedTcb }: Pick<SevChip, "hardwareId" | "reportedTcb">, notAfter?: Date): Buffer {
    return makeCertificate({
      subject: "SEV-VCEK",
      issuer: "SEV-Test",
      key: this.#vcek.publicKey,
      signer: this.#ask.privateKey,
      extensions: chipExtensions(hardwareId, reportedTcb),
      notAfter,
    });
  }
}
