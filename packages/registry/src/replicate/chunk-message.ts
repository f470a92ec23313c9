import { IcosError } from "@icos/system";

/** Type codes of candid's binary form (specification, "Types"). */
const NAT8 = -5;
const TEXT = -15;
const OPT = -18;
const VEC = -19;
const RECORD = -20;
const VARIANT = -21;
const MAGIC = "DIDL";
const MAX_TYPES = 64;

type Type =
  | { readonly code: typeof OPT | typeof VEC; readonly inner: number }
  | { readonly code: typeof RECORD | typeof VARIANT; readonly fields: readonly { id: number; type: number }[] };

/** The argument of `get_chunk`: candid `record { content_sha256 : opt blob }`. */
export function encodeChunkRequest(contentSha256: Uint8Array): Uint8Array {
  const types = [3, 0x6c, 1, ...leb128(fieldId("content_sha256")), 1, 0x6e, 2, 0x6d, 0x7b];
  return Buffer.concat([
    Buffer.from(MAGIC),
    Buffer.from([...types, 1, 0, 1, ...leb128(contentSha256.length)]),
    contentSha256,
  ]);
}

/**
 * The chunk in a reply of `get_chunk`: candid `variant { Ok : record { content : opt blob }; Err : text }`. Read without
 * a candid library, which a node has no other use for.
 * @throws IcosError `registry-chunk-missing` for an `Err`, `registry-answer-malformed`
 */
export function decodeChunkReply(bytes: Uint8Array): Uint8Array {
  const reader = new Reader(bytes);
  if (reader.bytes(4, "magic").toString("latin1") !== MAGIC) throw reader.malformed("it is not candid");
  const types = readTypes(reader);
  const typeAt = (index: number, field: string): Type => {
    const type = types[index];
    if (!type) throw reader.malformed(`${field} is of an unexpected type`);
    return type;
  };
  if (reader.unsigned("argument count") !== 1) throw reader.malformed("it has not one value");
  const outer = typeAt(reader.signed("argument type"), "the value");
  if (outer.code !== VARIANT) throw reader.malformed("it is not a variant");
  const chosen = outer.fields[reader.unsigned("alternative")];
  if (chosen?.id === fieldId("Err") && chosen.type === TEXT) {
    throw new IcosError("registry-chunk-missing", `The registry has no such chunk: ${reader.text("error")}`);
  }
  const record = chosen?.id === fieldId("Ok") ? typeAt(chosen.type, "Ok") : undefined;
  if (record?.code !== RECORD || record.fields.length !== 1 || record.fields[0]?.id !== fieldId("content")) {
    throw reader.malformed("it is not a record of a content");
  }
  const optional = typeAt(record.fields[0].type, "content");
  const blob = optional.code === OPT ? typeAt(optional.inner, "content") : undefined;
  if (blob?.code !== VEC || blob.inner !== NAT8) throw reader.malformed("its content is not an optional blob");
  if (reader.unsigned("presence") !== 1) throw reader.malformed("it has no content");
  const content = reader.bytes(reader.unsigned("length"), "content");
  reader.end();
  return content;
}

function readTypes(reader: Reader): Type[] {
  const count = reader.unsigned("type count");
  if (count > MAX_TYPES) throw reader.malformed(`it declares ${count} types`);
  return Array.from({ length: count }, (): Type => {
    const code = reader.signed("type");
    if (code === OPT || code === VEC) return { code, inner: reader.signed("inner type") };
    if (code !== RECORD && code !== VARIANT) throw reader.malformed(`it declares a type of code ${code}`);
    const fields = reader.unsigned("field count");
    if (fields > MAX_TYPES) throw reader.malformed(`a type has ${fields} fields`);
    const read = () => ({ id: reader.unsigned("field id"), type: reader.signed("field type") });
    return { code, fields: Array.from({ length: fields }, read) };
  });
}

/** The number that stands for a field's name (candid specification). */
function fieldId(name: string): number {
  return Buffer.from(name).reduce((sum, byte) => (Math.imul(sum, 223) + byte) >>> 0, 0);
}

function leb128(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}

class Reader {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  bytes(length: number, field: string): Buffer {
    if (this.#offset + length > this.#bytes.length) throw this.malformed(`${field} ends early`);
    this.#offset += length;
    return this.#bytes.subarray(this.#offset - length, this.#offset);
  }

  text(field: string): string {
    return this.bytes(this.unsigned(field), field).toString("utf8");
  }

  unsigned(field: string): number {
    return Number(BigInt.asUintN(64, this.#leb128(field).value));
  }

  signed(field: string): number {
    const { value, bits } = this.#leb128(field);
    return Number(BigInt.asIntN(bits, value));
  }

  end(): void {
    if (this.#offset < this.#bytes.length) throw this.malformed("it goes on behind its end");
  }

  malformed(why: string): IcosError {
    return new IcosError("registry-answer-malformed", `A chunk of the registry cannot be read: ${why}.`, {
      details: { offset: this.#offset },
    });
  }

  #leb128(field: string): { readonly value: bigint; readonly bits: number } {
    let value = 0n;
    for (let bits = 0; bits < 35; bits += 7) {
      const [byte = 0] = this.bytes(1, field);
      value |= BigInt(byte & 0x7f) << BigInt(bits);
      if (byte < 0x80) return { value, bits: bits + 7 };
    }
    throw this.malformed(`${field} is too long a number`);
  }
}
