/** A key of the keyboard. Everything that reaches the console is one of these; there is no other input. */
export type Key =
  /** A printable ASCII character. */
  { readonly kind: "character"; readonly character: string } | { readonly kind: ControlKey };

export type ControlKey =
  | "enter"
  | "tab"
  | "backspace"
  | "delete"
  | "left"
  | "right"
  | "up"
  | "down"
  | "home"
  | "end"
  | "escape"
  | "interrupt"
  | "end-of-input"
  | "kill-line"
  | "kill-to-end"
  | "kill-word"
  | "redraw";

const ESC = 0x1b;

const CONTROL: ReadonlyMap<number, ControlKey> = new Map([
  [0x01, "home"],
  [0x02, "left"],
  [0x03, "interrupt"],
  [0x04, "end-of-input"],
  [0x05, "end"],
  [0x06, "right"],
  [0x08, "backspace"],
  [0x09, "tab"],
  [0x0a, "enter"],
  [0x0b, "kill-to-end"],
  [0x0c, "redraw"],
  [0x0d, "enter"],
  [0x0e, "down"],
  [0x10, "up"],
  [0x15, "kill-line"],
  [0x17, "kill-word"],
  [0x7f, "backspace"],
]);

/** By what follows `ESC [` or `ESC O`. */
const SEQUENCES: ReadonlyMap<string, ControlKey> = new Map([
  ["A", "up"],
  ["B", "down"],
  ["C", "right"],
  ["D", "left"],
  ["H", "home"],
  ["F", "end"],
  ["1~", "home"],
  ["4~", "end"],
  ["7~", "home"],
  ["8~", "end"],
  ["3~", "delete"],
]);

type State = "ground" | "escape" | "sequence" | "one-more" | "string" | "string-escape";

/** Longer sequences are no keys. */
const LONGEST_SEQUENCE = 8;

/**
 * Bytes of a terminal in raw mode to keys. Bytes that are no key are dropped: other control characters, everything
 * beyond ASCII, escape sequences that are no key (the marks of a bracketed paste, answers of the terminal, strings of
 * any length). What comes between two calls is remembered, so that a key may arrive in pieces.
 */
export class KeyDecoder {
  #state: State = "ground";
  #sequence = "";
  #afterReturn = false;

  push(bytes: Uint8Array): readonly Key[] {
    const keys: Key[] = [];
    for (const byte of bytes) {
      const key = this.#take(byte);
      if (key !== undefined) keys.push(key);
    }
    return keys;
  }

  /** To be called when nothing has come for a moment: a lone ESC is a key then, and what is unfinished is forgotten. */
  idle(): readonly Key[] {
    const lone = this.#state === "escape";
    this.#state = "ground";
    this.#sequence = "";
    return lone ? [{ kind: "escape" }] : [];
  }

  #take(byte: number): Key | undefined {
    switch (this.#state) {
      case "ground":
        return this.#ground(byte);
      case "escape":
        return this.#escape(byte);
      case "sequence":
        return this.#inSequence(byte);
      case "one-more":
        this.#state = "ground";
        return undefined;
      case "string":
        if (byte === 0x07 || byte === 0x18 || byte === 0x1a) this.#state = "ground";
        else if (byte === ESC) this.#state = "string-escape";
        return undefined;
      case "string-escape":
        this.#state = byte === 0x5c ? "ground" : "string";
        return undefined;
      default:
        return this.#state satisfies never;
    }
  }

  #ground(byte: number): Key | undefined {
    const afterReturn = this.#afterReturn;
    this.#afterReturn = byte === 0x0d;
    if (byte === 0x0a && afterReturn) return undefined; // CR LF is one key
    if (byte === ESC) {
      this.#state = "escape";
      return undefined;
    }
    if (byte >= 0x20 && byte < 0x7f) return { kind: "character", character: String.fromCharCode(byte) };
    const kind = CONTROL.get(byte);
    return kind === undefined ? undefined : { kind };
  }

  /** ECMA-48: what the byte after ESC says about what follows. */
  #escape(byte: number): Key | undefined {
    if (byte === 0x5b || byte === 0x4f) {
      this.#state = "sequence";
      this.#sequence = "";
    } else if (byte === 0x50 || byte === 0x58 || byte === 0x5d || byte === 0x5e || byte === 0x5f)
      this.#state = "string";
    else if (byte >= 0x20 && byte < 0x30) this.#state = "one-more";
    else if (byte !== ESC) this.#state = "ground";
    return undefined;
  }

  #inSequence(byte: number): Key | undefined {
    if (byte === ESC) {
      this.#state = "escape";
      return undefined;
    }
    if (this.#sequence.length < LONGEST_SEQUENCE) this.#sequence += String.fromCharCode(byte);
    if (byte < 0x40 || byte === 0x5b) return undefined;
    this.#state = "ground";
    const kind = SEQUENCES.get(this.#sequence);
    return kind === undefined ? undefined : { kind };
  }
}
