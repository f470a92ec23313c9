import { hkdfSync } from "node:crypto";
import { inspect } from "node:util";
import { bls12_381 as bls } from "@noble/curves/bls12-381.js";
import { IcosError } from "@icos/system";

/** Bytes that `hkdf` spreads the seed over, so that reducing them to a scalar leaves no bias. */
const SCALAR_SEED_LENGTH = 48;
const MIN_SEED_LENGTH = 32;

/** A secret scalar that does not show when it is printed, logged or serialised. */
export class BlsSecret {
  readonly #scalar: Uint8Array;

  /** `purpose` keeps keys of different uses apart when a seed is used twice. */
  constructor(seed: Uint8Array, purpose: string) {
    if (seed.length < MIN_SEED_LENGTH) {
      throw new IcosError(
        "seed-too-short",
        `A key seed has ${seed.length} bytes; at least ${MIN_SEED_LENGTH} are needed.`,
      );
    }
    const spread = new Uint8Array(hkdfSync("sha256", seed, "", purpose, SCALAR_SEED_LENGTH));
    this.#scalar = bls.utils.randomSecretKey(spread);
  }

  /**
   * 96 bytes, in G2. The generator is a new point here: for its own, the library first builds a table that pays from the
   * twentieth multiplication on, and a program makes one. Both ways take a time that does not depend on the secret.
   */
  publicKey(): Uint8Array {
    const { Point } = bls.G2;
    const generator = Point.fromAffine(Point.BASE.toAffine());
    return generator.multiply(Point.Fn.fromBytes(this.#scalar)).toBytes();
  }

  /** 48 bytes, in G1. */
  sign(message: Uint8Array, dst: string): Uint8Array {
    const signatures = bls.shortSignatures;
    return signatures.sign(signatures.hash(message, dst), this.#scalar).toBytes();
  }

  toJSON(): string {
    return "[secret]";
  }

  [inspect.custom](): string {
    return "[secret]";
  }
}
