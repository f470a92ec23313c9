import { IcosError } from "@icos/system";

/** Reads a stream of chunks in pieces of chosen length, and knows where it is. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Buffer = Buffer.alloc(0);
  #offset = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  /** Bytes taken so far. */
  get offset(): number {
    return this.#offset;
  }

  /** The next bytes, between 1 and `limit` of them; `undefined` at the end. The result is valid until the next call. */
  async take(limit: number): Promise<Buffer | undefined> {
    while (this.#rest.length === 0) {
      const next = await this.#chunks.next();
      if (next.done === true) return undefined;
      const { buffer, byteOffset, byteLength } = next.value;
      this.#rest = Buffer.from(buffer, byteOffset, byteLength);
    }
    const taken = this.#rest.subarray(0, limit);
    this.#rest = this.#rest.subarray(taken.length);
    this.#offset += taken.length;
    return taken;
  }

  /** Exactly `length` bytes, fewer only at the end of the stream. */
  async takeAll(length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let left = length; left > 0;) {
      const part = await this.take(left);
      if (part === undefined) break;
      parts.push(part);
      left -= part.length;
    }
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
  }

  /** Puts bytes back, to be taken next. */
  unread(bytes: Buffer): void {
    this.#rest = Buffer.concat([bytes, this.#rest]);
    this.#offset -= bytes.length;
  }

  /** Exactly `length` bytes. Throws `update-image-invalid` when the stream ends before. */
  async read(length: number, what: string): Promise<Buffer> {
    const bytes = await this.takeAll(length);
    if (bytes.length < length) throw cutOff(this.#offset, what);
    return bytes;
  }

  async skip(length: number, what: string): Promise<void> {
    for (let left = length; left > 0;) {
      const part = await this.take(left);
      if (part === undefined) throw cutOff(this.#offset, what);
      left -= part.length;
    }
  }

  async *rest(): AsyncGenerator<Buffer> {
    for (let part = await this.take(Infinity); part !== undefined; part = await this.take(Infinity)) yield part;
  }

  /** Ends the source when it is not read to its end. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}

function cutOff(offset: number, what: string): IcosError {
  return new IcosError("update-image-invalid", `The update image ends at byte ${offset}, in the middle of ${what}.`, {
    next: "Fetch the image again.",
    details: { offset },
  });
}
