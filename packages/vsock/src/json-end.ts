/**
 * Where a scan has got to. `end` counts from the first byte that was ever scanned and is behind the value's last byte, or
 * behind the first byte with which no value can begin.
 */
export type JsonScan = { readonly kind: "incomplete" } | { readonly kind: "complete"; readonly end: number };

/**
 * Where in the text the next byte is: before the value; in objects or arrays; in a string, perhaps behind a backslash; in a
 * number, `true`, `false` or `null`, which only what follows ends.
 */
type Place = "before" | "structure" | "string" | "escaped" | "scalar";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const WHITE_SPACE = new Set(Buffer.from(" \t\r\n"));
const SCALAR_START = new Set(Buffer.from("-0123456789tfn"));
const AFTER_SCALAR = new Set(Buffer.from(' \t\r\n,:"{}[]'));
const INCOMPLETE: JsonScan = { kind: "incomplete" };

/**
 * Finds the end of the first JSON value of a stream, each byte being looked at once, whatever the pieces it comes in. It
 * does not say that the value is well formed: of what cannot be parsed, any end will do. Bytes above 0x7f occur only inside
 * strings and do not matter, so the scan works on UTF-8 as it is.
 */
export class JsonEnd {
  #place: Place = "before";
  /** Objects and arrays that are open. */
  #depth = 0;
  #scanned = 0;
  #result: JsonScan = INCOMPLETE;

  /** Looks at the next piece. After the end nothing changes any more. */
  scan(piece: Uint8Array): JsonScan {
    let at = 0;
    while (at < piece.length && this.#result === INCOMPLETE) {
      if (this.#place === "string") at = this.#skipString(piece, at);
      else this.#step(piece[at] ?? 0, this.#scanned + at++);
    }
    this.#scanned += piece.length;
    return this.#result;
  }

  /** The fast way through what most of a message consists of; returns where it stopped. */
  #skipString(piece: Uint8Array, from: number): number {
    let at = from;
    while (at < piece.length && piece[at] !== QUOTE && piece[at] !== BACKSLASH) at += 1;
    if (at === piece.length) return at;
    if (piece[at] === BACKSLASH) this.#place = "escaped";
    else this.#closed(this.#scanned + at);
    return at + 1;
  }

  #step(byte: number, at: number): void {
    switch (this.#place) {
      case "before":
        if (!WHITE_SPACE.has(byte)) this.#begin(byte, at);
        return;
      case "structure":
        if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.#depth += 1;
        else if (byte === QUOTE) this.#place = "string";
        else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
          this.#depth -= 1;
          this.#closed(at);
        }
        return;
      case "scalar":
        if (AFTER_SCALAR.has(byte)) this.#result = { kind: "complete", end: at };
        return;
      case "string": // skipString's, and not behind a backslash, where any byte belongs to the string
      case "escaped":
        this.#place = "string";
    }
  }

  #begin(byte: number, at: number): void {
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      this.#place = "structure";
      this.#depth = 1;
    } else if (byte === QUOTE) this.#place = "string";
    else if (SCALAR_START.has(byte)) this.#place = "scalar";
    else this.#result = { kind: "complete", end: at + 1 };
  }

  /** A string, an object or an array ends at this byte, and if nothing is open around it, the value does. */
  #closed(at: number): void {
    this.#place = "structure";
    if (this.#depth === 0) this.#result = { kind: "complete", end: at + 1 };
  }
}
