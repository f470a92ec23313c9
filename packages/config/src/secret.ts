import { inspect } from "node:util";

const REDACTED = "[secret]";

/** Bytes that must not be shown: printing, logging and JSON give a placeholder; `reveal` gives the bytes. */
export class Secret {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array | string) {
    this.#bytes = typeof bytes === "string" ? Buffer.from(bytes) : bytes;
  }

  reveal(): Uint8Array {
    return this.#bytes;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}
