import { decodeCbor } from "@icos/certification";
import * as v from "valibot";

const KEY_BYTES = 96;
const Entries = v.map(v.unknown(), v.unknown());
const Coefficients = v.map(v.literal("coefficients"), v.array(v.pipe(v.instance(Uint8Array), v.length(KEY_BYTES))));
const WHAT = { code: "transcript-malformed", name: "The key generation transcript" };

/**
 * The threshold public key (96 bytes, a point of G2) in a transcript of the non-interactive distributed key generation:
 * the first of its public coefficients. The transcript is CBOR,
 * `{Groth20_Bls12_381: {public_coefficients: {coefficients: [96 bytes, …]}, receiver_data: {…}}}`.
 * Undefined when it is not of that form. Source: upstream `rs/crypto/internal/crypto_lib/types`.
 */
export function thresholdKeyOfTranscript(transcript: Uint8Array): Uint8Array | undefined {
  let decoded: unknown;
  try {
    decoded = decodeCbor(transcript, WHAT, { maps: true });
  } catch {
    return undefined;
  }
  const body = v.is(Entries, decoded) ? decoded.get("Groth20_Bls12_381") : undefined;
  const coefficients = v.is(Entries, body) ? body.get("public_coefficients") : undefined;
  return v.is(Coefficients, coefficients) ? coefficients.get("coefficients")?.[0] : undefined;
}
