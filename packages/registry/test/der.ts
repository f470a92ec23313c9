/** Just enough DER (X.690) to write a certificate. */
export function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const { length } = body;
  const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), body]);
}

export const sequence = (...content: readonly Uint8Array[]): Buffer => der(0x30, ...content);
export const set = (...content: readonly Uint8Array[]): Buffer => der(0x31, ...content);
export const oid = (...bytes: readonly number[]): Buffer => der(0x06, Uint8Array.from(bytes));
export const utf8String = (text: string): Buffer => der(0x0c, Buffer.from(text));
export const bitString = (bytes: Uint8Array): Buffer => der(0x03, Uint8Array.of(0), bytes);
/** YYYYMMDDHHMMSSZ */
export const generalizedTime = (text: string): Buffer => der(0x18, Buffer.from(text));
