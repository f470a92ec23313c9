import { randomBytes } from "node:crypto";
import { BlsSecret } from "./bls-secret.ts";
import { prepareBlsVerifier } from "./threshold-public-key.ts";

const POSSESSION_DST = "BLS_POP_BLS12381G1_XMD:SHA-256_SSWU_RO_POP_";
const MESSAGE_DST = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_POP_";

/** The public parts of a node's committee signing key, as they are registered (`crypto_record_<node>_4`). */
export interface CommitteePublicKey {
  /** 96 bytes, in G2. */
  readonly publicKey: Uint8Array;
  /** 48 bytes, in G1: the key's signature over its own bytes. */
  readonly proofOfPossession: Uint8Array;
}

/**
 * A node's BLS12-381 multi-signature key. The proof of possession keeps a node from registering a key that it made
 * from the keys of others. Stored by its seed, like `ThresholdKey`.
 */
export class CommitteeKey implements CommitteePublicKey {
  readonly #secret: BlsSecret;
  readonly publicKey: Uint8Array;
  readonly proofOfPossession: Uint8Array;

  private constructor(secret: BlsSecret) {
    this.#secret = secret;
    this.publicKey = secret.publicKey();
    this.proofOfPossession = secret.sign(this.publicKey, POSSESSION_DST);
  }

  static generate(): CommitteeKey {
    return CommitteeKey.fromSeed(randomBytes(32));
  }

  /** At least 32 secret, uniformly random bytes; the same seed gives the same key. */
  static fromSeed(seed: Uint8Array): CommitteeKey {
    return new CommitteeKey(new BlsSecret(seed, "icos committee signing key"));
  }

  /** This node's share of a multi-signature: 48 bytes. */
  sign(message: Uint8Array): Uint8Array {
    return this.#secret.sign(message, MESSAGE_DST);
  }
}

/** Whether the key is a valid point and its holder has shown to know the secret. */
export function verifyCommitteeKey({ publicKey, proofOfPossession }: CommitteePublicKey): boolean {
  try {
    return prepareBlsVerifier(publicKey, POSSESSION_DST)(publicKey, proofOfPossession);
  } catch {
    return false;
  }
}

/** Whether `signature` is the key's own signature over `message`. */
export function verifyCommitteeSignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return prepareBlsVerifier(publicKey, MESSAGE_DST)(message, signature);
  } catch {
    return false;
  }
}
