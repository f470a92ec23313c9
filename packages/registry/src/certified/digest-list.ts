const DIGEST_BYTES = 32;

/** SHA-256 digests one after the other in one buffer: a list of objects takes six times as much. */
export class DigestList {
  #bytes = new Uint8Array(DIGEST_BYTES);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(digest: Uint8Array): void {
    const end = (this.#length + 1) * DIGEST_BYTES;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(end * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(digest, end - DIGEST_BYTES);
    this.#length += 1;
  }

  /** A copy; undefined beyond the end. */
  at(index: number): Uint8Array | undefined {
    if (index < 0 || index >= this.#length) return undefined;
    return Buffer.from(this.#bytes.subarray(index * DIGEST_BYTES, (index + 1) * DIGEST_BYTES));
  }
}
