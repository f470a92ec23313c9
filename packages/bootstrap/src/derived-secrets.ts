import { createECDH, createPrivateKey, hkdfSync, type KeyObject } from "node:crypto";
import { ed25519PrivateKey } from "@icos/certification";
import type { NodeSecrets } from "@icos/orchestrator";

const SALT = "icos prep";

/** Secrets that follow from one seed: the same seed and label give the same bytes. HKDF with SHA-256 (RFC 5869). */
export class DerivedSecrets {
  readonly #seed: Uint8Array;

  /** @param seed secret; as hard to guess as the keys of a network should be */
  constructor(seed: Uint8Array) {
    this.#seed = seed;
  }

  bytes(label: string, length = 32): Buffer {
    return Buffer.from(hkdfSync("sha256", this.#seed, SALT, label, length));
  }

  node(idx: number): NodeSecrets {
    return {
      signing: ed25519PrivateKey(this.bytes(`node ${idx} signing`)),
      tls: ed25519PrivateKey(this.bytes(`node ${idx} tls`)),
      committeeSeed: this.bytes(`node ${idx} committee`),
    };
  }

  /** An agent's key. 32 bytes are a secp256k1 key but for odds of 2⁻¹²⁷; then node:crypto refuses them. */
  secp256k1(label: string): KeyObject {
    const secret = this.bytes(label);
    const pair = createECDH("secp256k1");
    pair.setPrivateKey(secret);
    const point = pair.getPublicKey();
    const coordinate = (start: number): string => point.subarray(start, start + 32).toString("base64url");
    const key = { kty: "EC", crv: "secp256k1", d: secret.toString("base64url"), x: coordinate(1), y: coordinate(33) };
    return createPrivateKey({ key, format: "jwk" });
  }
}
