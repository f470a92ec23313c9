import { emptyTree, fork, type HashTree, labeled, leaf, pruned } from "@icos/certification";
import { DigestList } from "./digest-list.ts";

/**
 * The hash tree over all versions, labelled by number. Versions only ever come at the end, so it has the shape of a
 * certificate-transparency log (RFC 9162, 2.1): perfect subtrees never change again and are hashed once. Appending
 * costs one hash on average, a root or a witness as many as the tree is high.
 */
export class VersionTree {
  /** `levels[k][i]` is the digest of the perfect subtree over versions i·2^k + 1 … (i + 1)·2^k. */
  readonly #levels: DigestList[] = [new DigestList()];

  get size(): number {
    return this.#levels[0]?.length ?? 0;
  }

  append(content: Uint8Array): void {
    let digest = labeled(versionLabel(this.size + 1), leaf(content)).digest;
    for (let level = 0; ; level++) {
      const digests = (this.#levels[level] ??= new DigestList());
      digests.push(digest);
      const left = digests.at(digests.length - 2);
      if (digests.length % 2 === 1 || !left) return;
      digest = fork(pruned(left), pruned(digest)).digest;
    }
  }

  get digest(): Uint8Array {
    return this.size === 0 ? emptyTree().digest : this.#digest(0, this.size);
  }

  /** The tree with versions `first` to `last` shown and all others pruned. */
  range(first: number, last: number, content: (version: number) => Uint8Array): HashTree {
    const show = (offset: number, count: number): HashTree => {
      if (offset + count < first || offset + 1 > last) return pruned(this.#digest(offset, count));
      if (count === 1) return labeled(versionLabel(offset + 1), leaf(content(offset + 1)));
      const left = splitPoint(count);
      return fork(show(offset, left), show(offset + left, count - left));
    };
    return this.size === 0 ? emptyTree() : show(0, this.size);
  }

  #digest(offset: number, count: number): Uint8Array {
    const level = Math.log2(count);
    const known = Number.isInteger(level) ? this.#levels[level]?.at(offset / count) : undefined;
    if (known) return known;
    const left = splitPoint(count);
    return fork(pruned(this.#digest(offset, left)), pruned(this.#digest(offset + left, count - left))).digest;
  }
}

/** The largest power of two below `count`. */
function splitPoint(count: number): number {
  return 2 ** (Math.ceil(Math.log2(count)) - 1);
}

/** A version as 8 bytes, big endian. */
export function versionLabel(version: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(version));
  return bytes;
}
