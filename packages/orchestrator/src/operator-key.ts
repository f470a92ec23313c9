import { createPrivateKey, createPublicKey, sign, type KeyObject } from "node:crypto";
import { selfAuthenticating, type Principal, type RequestSigner } from "@icos/certification";
import { IcosError } from "@icos/system";

/** The node operator, as the network knows it. */
export interface OperatorSigner extends RequestSigner {
  readonly principal: Principal;
}

/** Half of the order of secp256k1: of the two valid forms of a signature, the network takes the one with s below it. */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** The node operator's secp256k1 key from PEM text (SEC 1 or PKCS #8). `file` is for the error. */
export function operatorSigner(pem: string, file: string): OperatorSigner {
  const key = parse(pem);
  if (key?.asymmetricKeyDetails?.namedCurve !== "secp256k1") {
    throw new IcosError("operator-key-invalid", `${file} does not hold a secp256k1 private key in PEM form.`, {
      next: "Put the node operator's private key there, as it was made for the operator record.",
      place: { file },
    });
  }
  const publicKey = createPublicKey(key).export({ type: "spki", format: "der" });
  return {
    principal: selfAuthenticating(publicKey),
    publicKey,
    sign: (message) => lowS(sign("sha256", message, { key, dsaEncoding: "ieee-p1363" })),
  };
}

/** A file may hold an `EC PARAMETERS` block before the key (`openssl ecparam -genkey`); only the key counts. */
function parse(pem: string): KeyObject | undefined {
  const block = /-----BEGIN (?<label>(?:EC )?PRIVATE KEY)-----[\s\S]*?-----END \k<label>-----/.exec(pem)?.[0];
  if (block === undefined) return undefined;
  try {
    return createPrivateKey(block);
  } catch {
    return undefined;
  }
}

function lowS(signature: Buffer): Buffer {
  const s = BigInt(`0x${signature.subarray(32).toString("hex")}`);
  if (s <= ORDER / 2n) return signature;
  const low = Buffer.from((ORDER - s).toString(16).padStart(64, "0"), "hex");
  return Buffer.concat([signature.subarray(0, 32), low]);
}
