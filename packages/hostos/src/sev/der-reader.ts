import { IcosError } from "@icos/system";

/** One value of ASN.1 DER (X.690): tag, content, and where it begins in the whole. */
export interface DerValue {
  readonly tag: number;
  readonly content: Buffer;
  readonly offset: number;
}

export const DER_TAG = {
  boolean: 0x01,
  integer: 0x02,
  octetString: 0x04,
  objectIdentifier: 0x06,
  sequence: 0x30,
  extensions: 0xa3,
} as const;

/** The values that fill `bytes`, one after the other. @throws IcosError `der-malformed`, which names the offset */
export function readDer(bytes: Buffer, base = 0): DerValue[] {
  const values: DerValue[] = [];
  for (let at = 0; at < bytes.length;) {
    const { content, end } = readLength(bytes, at, base);
    values.push({ tag: bytes.readUInt8(at), content: bytes.subarray(content, end), offset: base + at });
    at = end;
  }
  return values;
}

/** The parts of a constructed value. */
export function partsOf(value: DerValue): DerValue[] {
  return readDer(value.content, value.offset);
}

/** In dotted form. @throws IcosError `der-malformed` */
export function readObjectIdentifier({ content, offset }: DerValue): string {
  const parts: number[] = [];
  let part = 0;
  for (const byte of content) {
    part = part * 128 + (byte & 0x7f);
    if (part > 0xffff_ffff) throw malformed(offset, "an object identifier is too large");
    if (byte & 0x80) continue;
    parts.push(...(parts.length === 0 ? firstTwo(part) : [part]));
    part = 0;
  }
  if (parts.length === 0 || (content.at(-1) ?? 0) & 0x80) throw malformed(offset, "an object identifier is cut off");
  return parts.join(".");
}

/** At most 32 bits, not negative. @throws IcosError `der-malformed` */
export function readSmallInteger({ content, offset }: DerValue): number {
  if (content.length < 1 || content.length > 5 || (content[0] ?? 0) & 0x80) {
    throw malformed(offset, "an integer is negative, empty or too large");
  }
  const value = content.readUIntBE(0, content.length);
  if (value > 0xffff_ffff) throw malformed(offset, "an integer is too large");
  return value;
}

function firstTwo(part: number): readonly number[] {
  const first = Math.min(2, Math.floor(part / 40));
  return [first, part - first * 40];
}

function readLength(bytes: Buffer, at: number, base: number): { readonly content: number; readonly end: number } {
  const first = bytes[at + 1];
  if (first === undefined) throw malformed(base + at, "a value ends before its length");
  if (first < 0x80) return within(bytes, at, base, at + 2, first);
  const digits = first & 0x7f;
  if (digits === 0 || digits > 4) throw malformed(base + at, "a length has a form that DER does not have");
  if (at + 2 + digits > bytes.length) throw malformed(base + at, "a value ends within its length");
  return within(bytes, at, base, at + 2 + digits, bytes.readUIntBE(at + 2, digits));
}

function within(bytes: Buffer, at: number, base: number, content: number, length: number) {
  const end = content + length;
  if (end > bytes.length)
    throw malformed(base + at, `${length} bytes are announced and ${bytes.length - content} follow`);
  return { content, end };
}

function malformed(offset: number, problem: string): IcosError {
  return new IcosError("der-malformed", `At offset ${offset} ${problem}.`, { details: { offset } });
}
