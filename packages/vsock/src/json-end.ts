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
      if (this.#place === "before" || this.#place === "scalar") this.#step(piece[at] ?? 0, this.#scanned + at++);
      else at = this.#inside(piece, at);
    }
    this.#scanned += piece.length;
    return this.#result;
  }

  /** In strings, objects and arrays; one tight loop, since a guest may send megabytes of brackets and quotation marks. */
  #inside(piece: Uint8Array, from: number): number {
    let depth = this.#depth;
    let escaped = this.#place === "escaped";
    let string = escaped || this.#place === "string";
    let at = from;
    while (at < piece.length) {
      const byte = piece[at++] ?? 0;
      if (escaped) escaped = false;
      else if (string && byte !== QUOTE) {
        escaped = byte === BACKSLASH;
        continue;
      } else if (byte === QUOTE) string = !string;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth -= 1;
      else continue;
      if (depth > 0 || string) continue;
      this.#result = { kind: "complete", end: this.#scanned + at };
      break;
    }
    this.#depth = depth;
    if (escaped) this.#place = "escaped";
    else this.#place = string ? "string" : "structure";
    return at;
  }

  #step(byte: number, at: number): void {
    if (this.#place === "scalar") {
      if (AFTER_SCALAR.has(byte)) this.#result = { kind: "complete", end: at };
    } else if (!WHITE_SPACE.has(byte)) this.#begin(byte, at);
  }

  #begin(byte: number, at: number): void {
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      this.#place = "structure";
      this.#depth = 1;
    } else if (byte === QUOTE) this.#place = "string";
    else if (SCALAR_START.has(byte)) this.#place = "scalar";
    else this.#result = { kind: "complete", end: at + 1 };
  }
}
