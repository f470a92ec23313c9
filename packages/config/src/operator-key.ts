import { createPrivateKey, type KeyObject } from "node:crypto";

/** The node operator's private key, or why a text holds none, as the end of a sentence. Neither shows any of the text. */
export type OperatorKeyReading =
  | { readonly kind: "key"; readonly key: KeyObject }
  | { readonly kind: "none"; readonly why: string };

/**
 * Reads the node operator's key: secp256k1 (the curve that operator records are made with) in PEM, SEC 1 or PKCS #8. A
 * file may hold an `EC PARAMETERS` block before the key (`openssl ecparam -genkey`); only the key counts.
 */
export function readOperatorKey(pem: string): OperatorKeyReading {
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(pem))
    return none("holds an encrypted key, which nothing could decrypt");
  const block = /-----BEGIN (?<label>(?:EC )?PRIVATE KEY)-----[\s\S]*?-----END \k<label>-----/.exec(pem)?.[0];
  if (block === undefined) return none(withoutKey(pem));
  const key = parseBlock(block);
  if (key === undefined) return none("holds a PEM block that is no private key");
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (curve === "secp256k1") return { kind: "key", key };
  return none(
    `holds ${curve === undefined ? `a key of type ${key.asymmetricKeyType ?? "unknown"}` : `a key on ${curve}`}, not one on secp256k1`,
  );
}

function withoutKey(pem: string): string {
  const label = /-----BEGIN ([A-Z0-9 ]{1,40})-----/.exec(pem)?.[1];
  if (label === undefined) return "holds no private key in PEM form";
  const isPrivate = label.endsWith("PRIVATE KEY");
  return isPrivate
    ? "holds a private key that is damaged or of another kind than secp256k1"
    : "holds no private key, but something else in PEM form";
}

function parseBlock(block: string): KeyObject | undefined {
  try {
    return createPrivateKey(block);
  } catch {
    return undefined;
  }
}

function none(why: string): OperatorKeyReading {
  return { kind: "none", why };
}
