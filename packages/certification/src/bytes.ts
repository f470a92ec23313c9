const encoder = new TextEncoder();

export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Compares as unsigned bytes from the left; a prefix sorts before what it is a prefix of. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b);
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}

/** The length byte and the text that keep what is signed or hashed for one purpose apart from every other. */
export function domainSeparator(name: string): Uint8Array {
  const text = utf8(name);
  return concatBytes(Uint8Array.of(text.length), text);
}
