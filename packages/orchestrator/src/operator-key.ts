import { createPublicKey, sign } from "node:crypto";
import { selfAuthenticating, type Principal, type RequestSigner } from "@icos/certification";
import { readOperatorKey } from "@icos/config";
import { IcosError } from "@icos/system";

/** The node operator, as the network knows it. */
export interface OperatorSigner extends RequestSigner {
  readonly principal: Principal;
}

/** Half of the order of secp256k1: of the two valid forms of a signature, the network takes the one with s below it. */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** The node operator's secp256k1 key from PEM text (SEC 1 or PKCS #8). `file` is for the error. */
export function operatorSigner(pem: string, file: string): OperatorSigner {
  const reading = readOperatorKey(pem);
  if (reading.kind === "none") {
    throw new IcosError("operator-key-invalid", `${file} ${reading.why}.`, {
      next: "Put the node operator's private key there, as it was made for the operator record.",
      place: { file },
    });
  }
  const { key } = reading;
  const publicKey = createPublicKey(key).export({ type: "spki", format: "der" });
  return {
    principal: selfAuthenticating(publicKey),
    publicKey,
    sign: (message) => lowS(sign("sha256", message, { key, dsaEncoding: "ieee-p1363" })),
  };
}

function lowS(signature: Buffer): Buffer {
  const s = BigInt(`0x${signature.subarray(32).toString("hex")}`);
  if (s <= ORDER / 2n) return signature;
  const low = Buffer.from((ORDER - s).toString(16).padStart(64, "0"), "hex");
  return Buffer.concat([signature.subarray(0, 32), low]);
}
