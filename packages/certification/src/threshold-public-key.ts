import { bls12_381 as bls } from "@noble/curves/bls12-381.js";
import { withFrobeniusTables } from "./frobenius-tables.ts";
import { malformedThresholdKey, thresholdKeyFromDer } from "./threshold-key-der.ts";

const { Fp12 } = withFrobeniusTables(bls.fields);
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
    throw malformedThresholdKey("its 96 bytes are not a point of the key group", cause);
  }
  if (point.is0()) throw malformedThresholdKey("it is the point at infinity");
  return point;
}
