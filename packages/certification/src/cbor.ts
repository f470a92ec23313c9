import { decode, encode, Token, Tokenizer, Type } from "cborg";
import { IcosError, describeError } from "@icos/system";

/** Tag 55799: "this is CBOR". The interface puts it before every message and certificate. */
const SELF_DESCRIBED = Uint8Array.of(0xd9, 0xd9, 0xf7);
const MAX_DEPTH = 256;

const OPTIONS = {
  strict: true,
  allowIndefinite: true,
  allowUndefined: false,
  allowBigInt: true,
  allowInfinity: false,
  allowNaN: false,
  rejectDuplicateMapKeys: true,
} as const;

/** Refuses floating-point numbers, and nesting that no message of the interface has. */
class StrictTokenizer extends Tokenizer {
  /** How many items are still to come on each open level. */
  #open: number[] = [];

  override next(): Token {
    const token: Token = super.next();
    if (Type.equals(token.type, Type.float)) throw new Error("floating-point numbers are not allowed");
    if (Type.equals(token.type, Type.break)) this.#open.pop();
    else this.#countDown();
    if (Type.equals(token.type, Type.array)) this.#open.push(Number(token.value));
    if (Type.equals(token.type, Type.map)) this.#open.push(Number(token.value) * 2);
    if (this.#open.length > MAX_DEPTH) throw new Error(`nested deeper than ${MAX_DEPTH} levels`);
    while (this.#open.at(-1) === 0) this.#open.pop();
    return token;
  }

  #countDown(): void {
    const level = this.#open.length - 1;
    const left = this.#open[level];
    if (left !== undefined) this.#open[level] = left - 1;
  }
}

/**
 * Decodes one CBOR value strictly: shortest lengths, no duplicate keys, no floating-point numbers, no trailing bytes.
 * The self-describing tag may be absent. Integers beyond 2^53 come as `bigint`. With `maps`, maps come as `Map` and may
 * have other keys than text.
 */
export function decodeCbor(
  bytes: Uint8Array,
  what: { readonly code: string; readonly name: string },
  { maps = false }: { readonly maps?: boolean } = {},
): unknown {
  const start = SELF_DESCRIBED.every((byte, index) => bytes[index] === byte) ? SELF_DESCRIBED.length : 0;
  const data = new Uint8Array(bytes.buffer, bytes.byteOffset + start, bytes.length - start);
  try {
    return decode(data, { ...OPTIONS, useMaps: maps, tokenizer: new StrictTokenizer(data, OPTIONS) });
  } catch (cause) {
    throw new IcosError(what.code, `${what.name} is not valid CBOR: ${describeError(cause)}.`, { cause });
  }
}

/** Encodes one value with the self-describing tag. */
export function encodeCbor(value: unknown): Uint8Array {
  return Buffer.concat([SELF_DESCRIBED, encode(value)]);
}

/** Encodes one value without the tag, for parts of a larger message. */
export function encodeCborUntagged(value: unknown): Uint8Array {
  return encode(value);
}
