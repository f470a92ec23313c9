/** Where a scan has got to. `end` counts from the first byte that was ever scanned and is behind the value's last byte. */
export type JsonScan =
  | { readonly kind: "incomplete" }
  | { readonly kind: "complete"; readonly end: number }
  /** The first byte that is no white space cannot begin a JSON value. */
  | { readonly kind: "not-json" };

type State =
  | { readonly kind: "before" }
  /** Inside objects and arrays, or a string outside of them (`depth` 0). */
  | { readonly kind: "inside"; readonly depth: number; readonly string: "none" | "open" | "escaped" }
  /** A number, `true`, `false` or `null`, which only what follows ends. */
  | { readonly kind: "scalar" }
  | { readonly kind: "done"; readonly result: JsonScan };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = new Set(Buffer.from("{["));
const CLOSE = new Set(Buffer.from("}]"));
const WHITE_SPACE = new Set(Buffer.from(" \t\r\n"));
const SCALAR_START = new Set(Buffer.from("-0123456789tfn"));
const AFTER_SCALAR = new Set(Buffer.from(' \t\r\n,:"{}[]'));

/**
 * Finds the end of the first JSON value of a stream, each byte being looked at once, whatever the pieces it comes in. It
 * does not say that the value is well formed: of what cannot be parsed, any end will do. Bytes above 0x7f occur only inside
 * strings and do not matter, so the scan works on UTF-8 as it is.
 */
export class JsonEnd {
  #state: State = { kind: "before" };
  #scanned = 0;

  /** Looks at the next piece. After the end nothing changes any more. */
  scan(piece: Uint8Array): JsonScan {
    for (const byte of piece) {
      if (this.#state.kind === "done") break;
      this.#state = step(this.#state, byte, this.#scanned);
      this.#scanned += 1;
    }
    return this.#state.kind === "done" ? this.#state.result : { kind: "incomplete" };
  }
}

function step(state: Exclude<State, { kind: "done" }>, byte: number, at: number): State {
  if (state.kind === "before") return begin(byte);
  if (state.kind === "scalar") return AFTER_SCALAR.has(byte) ? done(at) : state;
  return state.string === "none" ? structure(state, byte, at) : inString(state, byte, at);
}

function begin(byte: number): State {
  if (WHITE_SPACE.has(byte)) return { kind: "before" };
  if (OPEN.has(byte)) return { kind: "inside", depth: 1, string: "none" };
  if (byte === QUOTE) return { kind: "inside", depth: 0, string: "open" };
  return SCALAR_START.has(byte) ? { kind: "scalar" } : { kind: "done", result: { kind: "not-json" } };
}

function structure(state: Extract<State, { kind: "inside" }>, byte: number, at: number): State {
  if (byte === QUOTE) return { ...state, string: "open" };
  if (OPEN.has(byte)) return { ...state, depth: state.depth + 1 };
  if (!CLOSE.has(byte)) return state;
  return state.depth === 1 ? done(at + 1) : { ...state, depth: state.depth - 1 };
}

function inString(state: Extract<State, { kind: "inside" }>, byte: number, at: number): State {
  if (state.string === "escaped") return { ...state, string: "open" };
  if (byte === BACKSLASH) return { ...state, string: "escaped" };
  if (byte !== QUOTE) return state;
  return state.depth === 0 ? done(at + 1) : { ...state, string: "none" };
}

const done = (end: number): State => ({ kind: "done", result: { kind: "complete", end } });
