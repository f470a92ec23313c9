import { bls12_381 as bls } from "@noble/curves/bls12-381.js";
import { IcosError } from "@icos/system";
import { concatBytes, equalBytes } from "./bytes.ts";

/** SEQUENCE { SEQUENCE { OID 1.3.6.1.4.1.44668.5.3.1.2.1, OID 1.3.6.1.4.1.44668.5.3.2.1 }, BIT STRING of 96 bytes }. */
const DER_PREFIX = Buffer.from("308182301d060d2b0601040182dc7c0503010201060c2b0601040182dc7c05030201036100", "hex");
const RAW_LENGTH = 96;
const SIGNATURE_LENGTH = 48;
/** Ciphersuite of the interface specification: signatures in G1, keys in G2. */
export const BLS_SIGNATURE_DST = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";

/** A subnet's (or the root) BLS12-381 key. Reading and preparing one costs milliseconds, so keep it. */
export interface ThresholdPublicKey {
  /** The compressed point, 96 bytes. */
  readonly raw: Uint8Array;
  /** 133 bytes. */
  readonly der: Uint8Array;
  verify(message: Uint8Array, signature: Uint8Array): boolean;
}

export function thresholdKeyToDer(raw: Uint8Array): Uint8Array {
  if (raw.length !== RAW_LENGTH) throw malformed(`it has ${raw.length} bytes instead of ${RAW_LENGTH}`);
  return concatBytes(DER_PREFIX, raw);
}

export function thresholdKeyFromDer(der: Uint8Array): Uint8Array {
  if (der.length !== DER_PREFIX.length + RAW_LENGTH || !equalBytes(der.subarray(0, DER_PREFIX.length), DER_PREFIX)) {
    throw malformed("it is not the 133-byte DER form");
  }
  return der.slice(DER_PREFIX.length);
}

/** Reads a DER key and checks that it is a point of the right group; throws `threshold-key-malformed`. */
export function readThresholdPublicKey(der: Uint8Array): ThresholdPublicKey {
  const raw = thresholdKeyFromDer(der);
  const verify = prepareBlsVerifier(raw, BLS_SIGNATURE_DST);
  return { raw, der: Uint8Array.from(der), verify };
}

/** A check of signatures in G1 under one key in G2; the key's half of the pairing is worked out here, once. */
export function prepareBlsVerifier(
  rawKey: Uint8Array,
  dst: string,
): (message: Uint8Array, signature: Uint8Array) => boolean {
  const key = decodePoint(() => bls.G2.Point.fromBytes(rawKey));
  const negatedKey = bls.utils.calcPairingPrecomputes(key.negate());
  const generator = bls.utils.calcPairingPrecomputes(bls.G2.Point.BASE);
  return (message, signature) => {
    const point = readSignature(signature);
    if (!point) return false;
    const hashed = bls.shortSignatures.hash(message, dst).toAffine();
    const { Fp12 } = bls.fields;
    return Fp12.eql(
      Fp12.finalExponentiate(
        bls.millerLoopBatch([
          [negatedKey, hashed.x, hashed.y],
          [generator, point.x, point.y],
        ]),
      ),
      Fp12.ONE,
    );
  };
}

function readSignature(bytes: Uint8Array): { x: bigint; y: bigint } | undefined {
  if (bytes.length !== SIGNATURE_LENGTH) return undefined;
  try {
    const point = bls.G1.Point.fromBytes(bytes);
    point.assertValidity();
    return point.is0() ? undefined : point.toAffine();
  } catch {
    return undefined;
  }
}

type G2Point = ReturnType<typeof bls.G2.Point.fromBytes>;

function decodePoint(read: () => G2Point): G2Point {
  let point: G2Point;
  try {
    point = read();
    point.assertValidity();
  } catch (cause) {
    throw malformed("its 96 bytes are not a point of the key group", cause);
  }
  if (point.is0()) throw malformed("it is the point at infinity");
  return point;
}

function malformed(why: string, cause?: unknown): IcosError {
  return new IcosError("threshold-key-malformed", `A BLS public key cannot be read: ${why}.`, { cause });
}
