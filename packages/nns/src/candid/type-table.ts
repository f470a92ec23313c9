import { IcosError } from "@icos/system";

/** At most this many values may come from one byte of a message, and from a value that takes no bytes. */
const MAX_VALUES_PER_BYTE = 64;
const MAX_VALUES_WITHOUT_BYTES = 4096;
const MAX_TYPES = 1000;

interface Cost {
  /** Bytes that a value takes at least. */
  readonly bytes: number;
  /** Values that decoding makes for these bytes. */
  readonly values: number;
}

type WireType =
  | { readonly kind: "vec"; readonly element: number }
  | { readonly kind: "record"; readonly fields: readonly number[] }
  | { readonly kind: "other" };

/** Bytes of a primitive value, by opcode; what is not here takes one at least. */
const PRIMITIVE_BYTES: Readonly<Record<number, number>> = { [-1]: 0, [-16]: 0, [-17]: 0, [-12]: 8, [-13]: 4, [-14]: 8 };

/**
 * Refuses a candid message whose types make a decoder work out of proportion to its length: vectors of values that
 * take no bytes, and records that unfold into very many fields. The candid library does not guard against them.
 * @throws IcosError `candid-malformed`
 */
export function checkTypeTable(message: Uint8Array): void {
  const types = readTypeTable(message);
  const known: (Cost | "open" | undefined)[] = [];
  const costOf = (type: number): Cost => {
    if (type < 0) return { bytes: PRIMITIVE_BYTES[type] ?? 1, values: 1 };
    const before = known[type];
    if (before === "open") throw malformed("a type contains itself");
    if (before) return before;
    known[type] = "open";
    const cost = compute(types[type]);
    known[type] = cost;
    return cost;
  };
  const compute = (type: WireType | undefined): Cost => {
    if (type?.kind !== "record") return { bytes: 1, values: 1 };
    let [bytes, values] = [0, 1];
    for (const field of type.fields) {
      const cost = costOf(field);
      bytes += cost.bytes;
      values += cost.values;
      if (values > MAX_VALUES_WITHOUT_BYTES) throw malformed("a record unfolds into too many fields");
    }
    return { bytes, values };
  };
  for (const [index, type] of types.entries()) {
    costOf(index);
    if (type.kind !== "vec") continue;
    const element = costOf(type.element);
    if (element.values > element.bytes * MAX_VALUES_PER_BYTE) throw malformed("a vector holds values without content");
  }
}

function readTypeTable(message: Uint8Array): WireType[] {
  if (Buffer.from(message.subarray(0, 4)).toString("latin1") !== "DIDL") throw malformed("it does not begin with DIDL");
  let offset = 4;
  const byte = (): number => {
    const value = message[offset++];
    if (value === undefined) throw malformed("it ends within its types");
    return value;
  };
  const leb = (signed: boolean): number => {
    let [value, scale] = [0, 1];
    for (;;) {
      const next = byte();
      value += (next & 0x7f) * scale;
      scale *= 128;
      if (scale > 2 ** 49) throw malformed("a number is too large");
      if (next & 0x80) continue;
      return signed && next & 0x40 ? value - scale : value;
    }
  };
  const count = leb(false);
  if (count > MAX_TYPES) throw malformed(`it has more than ${MAX_TYPES} types`);
  const list = <T>(read: () => T): T[] => {
    const length = leb(false);
    if (length > message.length) throw malformed("a list is longer than the message");
    return Array.from({ length }, read);
  };
  const field = (): number => {
    leb(false);
    return leb(true);
  };
  return Array.from({ length: count }, (): WireType => {
    const opcode = leb(true);
    switch (opcode) {
      case -18:
        leb(true);
        return { kind: "other" };
      case -19:
        return { kind: "vec", element: leb(true) };
      case -20:
        return { kind: "record", fields: list(field) };
      case -21:
        list(field);
        return { kind: "other" };
      case -22:
        list(() => leb(true));
        list(() => leb(true));
        list(byte);
        return { kind: "other" };
      case -23:
        list(() => (list(byte), leb(true)));
        return { kind: "other" };
      default:
        throw malformed(`it has a type of the unknown kind ${opcode}`);
    }
  });
}

function malformed(why: string): IcosError {
  return new IcosError("candid-malformed", `The argument is not a candid message: ${why}.`);
}
