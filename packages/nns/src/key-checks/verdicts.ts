import { hash } from "node:crypto";
import type { CommitteePublicKey } from "@icos/certification";

const MOST_REMEMBERED = 256;

/** What is known about committee keys; the oldest verdicts are forgotten first. */
export class KeyVerdicts {
  readonly #verdicts = new Map<string, boolean>();

  get(key: CommitteePublicKey): boolean | undefined {
    return this.#verdicts.get(nameOf(key));
  }

  set(key: CommitteePublicKey, verdict: boolean): void {
    this.#verdicts.set(nameOf(key), verdict);
    for (const oldest of this.#verdicts.keys()) {
      if (this.#verdicts.size <= MOST_REMEMBERED) break;
      this.#verdicts.delete(oldest);
    }
  }
}

/** The lengths of both are free here, so that of the first is part of the name. */
function nameOf({ publicKey, proofOfPossession }: CommitteePublicKey): string {
  return `${publicKey.length}:${hash("sha256", Buffer.concat([publicKey, proofOfPossession]), "base64")}`;
}
