import { randomBytes } from "node:crypto";
import { BlsSecret } from "./bls-secret.ts";
import { thresholdKeyToDer } from "./threshold-key-der.ts";
import { BLS_SIGNATURE_DST, type ThresholdPublicKey, prepareBlsVerifier } from "./threshold-public-key.ts";

/**
 * The key that a subnet certifies its state with, held as a whole by one process. To keep it, store the seed (a
 * file of mode 0400 or 0600) and make it again with {@link ThresholdKey.fromSeed}.
 */
export class ThresholdKey {
  readonly #secret: BlsSecret;
  readonly publicKey: ThresholdPublicKey;

  private constructor(secret: BlsSecret) {
    this.#secret = secret;
    const raw = secret.publicKey();
    this.publicKey = { raw, der: thresholdKeyToDer(raw), verify: prepareBlsVerifier(raw, BLS_SIGNATURE_DST) };
  }

  static generate(): ThresholdKey {
    return ThresholdKey.fromSeed(randomBytes(32));
  }

  /** At least 32 secret, uniformly random bytes; the same seed gives the same key. */
  static fromSeed(seed: Uint8Array): ThresholdKey {
    return new ThresholdKey(new BlsSecret(seed, "icos threshold key"));
  }

  /** 48 bytes. */
  sign(message: Uint8Array): Uint8Array {
    return this.#secret.sign(message, BLS_SIGNATURE_DST);
  }
}
