import { IcosError } from "@icos/system";
import { JsonEnd } from "./json-end.ts";

/** Longest request and longest response, in bytes. */
export const MESSAGE_LIMIT = 64 * 1024;

const FIRST_CAPACITY = 512;

/**
 * Puts a message together from what arrives. It is complete with the last byte of a JSON value, so that a client need not
 * close its side, or when the other side has sent all, which is how upstream's newest client ends a request. What comes
 * behind the value is passed over.
 */
export class MessageCollector {
  readonly #end = new JsonEnd();
  readonly #limit: number;
  /** One buffer that grows: a message of single bytes must not cost an object for each. */
  #buffer = Buffer.alloc(0);
  #length = 0;

  constructor(limit = MESSAGE_LIMIT) {
    this.#limit = limit;
  }

  /** Bytes of memory that are in use. */
  get capacity(): number {
    return this.#buffer.length;
  }

  /** Takes the next piece; gives the message when it is complete. Throws `vsock-message-too-long`. */
  add(piece: Uint8Array): Buffer | undefined {
    const scan = this.#end.scan(piece);
    const length = scan.kind === "complete" ? scan.end : this.#length + piece.length;
    if (length > this.#limit) {
      throw new IcosError("vsock-message-too-long", `The message is longer than ${this.#limit} bytes.`);
    }
    this.#reserve(length);
    this.#buffer.set(piece.subarray(0, length - this.#length), this.#length);
    this.#length = length;
    return scan.kind === "incomplete" ? undefined : this.all();
  }

  /** What has arrived: the message, when the other side sends no more. */
  all(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  #reserve(length: number): void {
    if (length <= this.#buffer.length) return;
    const larger = Buffer.alloc(Math.min(this.#limit, Math.max(length, FIRST_CAPACITY, 4 * this.#buffer.length)));
    larger.set(this.#buffer);
    this.#buffer = larger;
  }
}
