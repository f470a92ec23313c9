import { IcosError } from "@icos/system";
import { concatBytes, equalBytes } from "./bytes.ts";

/** SEQUENCE { SEQUENCE { OID 1.3.6.1.4.1.44668.5.3.1.2.1, OID 1.3.6.1.4.1.44668.5.3.2.1 }, BIT STRING of 96 bytes }. */
const DER_PREFIX = Buffer.from("308182301d060d2b0601040182dc7c0503010201060c2b0601040182dc7c05030201036100", "hex");
const RAW_LENGTH = 96;

/** A compressed key of 96 bytes as DER of 133 bytes. */
export function thresholdKeyToDer(raw: Uint8Array): Uint8Array {
  if (raw.length !== RAW_LENGTH) throw malformedThresholdKey(`it has ${raw.length} bytes instead of ${RAW_LENGTH}`);
  return concatBytes(DER_PREFIX, raw);
}

/** The 96 bytes in a DER key; whether they are a point is not looked at. */
export function thresholdKeyFromDer(der: Uint8Array): Uint8Array {
  if (der.length !== DER_PREFIX.length + RAW_LENGTH || !equalBytes(der.subarray(0, DER_PREFIX.length), DER_PREFIX)) {
    throw malformedThresholdKey("it is not the 133-byte DER form");
  }
  return der.slice(DER_PREFIX.length);
}

const PEM = /^\s*-----BEGIN PUBLIC KEY-----\s+([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----\s*$/u;

/** The DER key in a PEM file, such as `nns_public_key.pem`. */
export function thresholdKeyFromPem(pem: string): Uint8Array {
  const base64 = PEM.exec(pem)?.[1];
  if (base64 === undefined) throw malformedThresholdKey("it is not a PEM file with one public key");
  const der = new Uint8Array(Buffer.from(base64, "base64"));
  thresholdKeyFromDer(der);
  return der;
}

/** The PEM file of a DER key. */
export function thresholdKeyToPem(der: Uint8Array): string {
  thresholdKeyFromDer(der);
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/gu) ?? [];
  return `-----BEGIN PUBLIC KEY-----\n${lines.join("\n")}\n-----END PUBLIC KEY-----\n`;
}

export function malformedThresholdKey(why: string, cause?: unknown): IcosError {
  return new IcosError("threshold-key-malformed", `A BLS public key cannot be read: ${why}.`, { cause });
}
