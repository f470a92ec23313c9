/** Bytes that come in pieces of any size. Holds what is being looked at and no more. */
export class PieceReader {
  readonly #pieces: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  #buffer: Uint8Array = new Uint8Array();
  /** Of the next byte. */
  offset = 0;

  constructor(pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>) {
    this.#pieces = Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]();
  }

  /** The next bytes without taking them: `count`, or all that are left. */
  async peek(count: number): Promise<Uint8Array> {
    if (this.#buffer.length < count) await this.#fill(count);
    return this.#buffer.subarray(0, count);
  }

  /** Takes bytes that were peeked at. */
  skip(count: number): void {
    this.#buffer = this.#buffer.subarray(count);
    this.offset += count;
  }

  /** Takes the next bytes: `count`, or all that are left. */
  async take(count: number): Promise<Uint8Array> {
    const bytes = await this.peek(count);
    this.skip(bytes.length);
    return bytes;
  }

  async #fill(count: number): Promise<void> {
    const parts = [this.#buffer];
    let length = this.#buffer.length;
    while (length < count) {
      const next = await this.#pieces.next();
      if (next.done) break;
      parts.push(next.value);
      length += next.value.length;
    }
    this.#buffer = Buffer.concat(parts);
  }
}
